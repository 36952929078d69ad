import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Breadcrumb, EmptyState, ErrorState, Icon, RelativeTime, SkeletonRows } from '../../kit';
import { Page, Section, useSignedIn } from '../../shell';
import { Badge } from '../parts/marks';
import parts from '../parts/parts.module.css';
import { integrationsQuery, teamsQuery } from '../queries';
import { catalogue, kindOf, type Kind } from './catalogue';
import { CreateIntegrationDialog } from './CreateIntegrationDialog';
import css from './Integrations.module.css';

export function IntegrationsPage(): ReactElement {
  const { account } = useSignedIn();
  const list = useQuery(integrationsQuery);
  const teams = useQuery(teamsQuery);
  const [adding, setAdding] = useState<Kind | null>(null);
  const teamName = (id: string | undefined) => (id ? (teams.data?.find((team) => team.id === id)?.name ?? '…') : 'Default team');
  return (
    <Page title="Integrations" shape="wide" head={<Breadcrumb>{['Integrations']}</Breadcrumb>}>
      <Section title="Yours" hint="What sends alerts here, each with keys of its own.">
        {list.isPending ? (
          <SkeletonRows rows={4} height={44} />
        ) : list.isLoadingError ? (
          <ErrorState what="load the integrations" error={list.error} onRetry={() => void list.refetch()} />
        ) : list.data.integrations.length === 0 ? (
          <EmptyState icon="plug" title="Nothing sends alerts yet">
            Choose from the catalogue below; a minute later the first alert can arrive.
          </EmptyState>
        ) : (
          <table className={parts['table']}>
            <thead>
              <tr>
                <th>Name</th>
                <th>Type</th>
                <th>Alerts go to</th>
                <th>Last request</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {list.data.integrations.map((integration) => (
                <tr key={integration.id}>
                  <td className={parts['main']}>
                    <Link to="/oncall/integrations/$id" params={{ id: integration.id }} className={css['name']}>
                      <Icon name={kindOf(integration.type).icon} /> {integration.name}
                    </Link>
                  </td>
                  <td>{kindOf(integration.type).title}</td>
                  <td data-label="To">{teamName(integration.teamId)}</td>
                  <td>
                    {integration.lastRequestAt ? (
                      <span title={integration.lastStatus}>
                        <RelativeTime at={integration.lastRequestAt} />
                      </span>
                    ) : (
                      <span className={parts['muted']}>none yet</span>
                    )}
                  </td>
                  <td>{integration.enabled ? <Badge tone="green" icon="check">on</Badge> : <Badge icon="pause">off</Badge>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
      {account.admin && (
        <Section title="Catalogue" hint="Anything that speaks to Opsgenie works too: give it an API key and this site’s address.">
          <ul className={css['catalogue']}>
            {catalogue.map((kind) => (
              <li key={kind.type}>
                <button type="button" className={css['kind']} onClick={() => setAdding(kind)}>
                  <span className={css['emblem']}>
                    <Icon name={kind.icon} size={20} />
                  </span>
                  <span className={css['kindText']}>
                    <b>{kind.title}</b>
                    <span>{kind.words}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {adding && <CreateIntegrationDialog kind={adding} onClose={() => setAdding(null)} />}
    </Page>
  );
}
