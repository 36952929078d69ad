import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { ErrorState, SkeletonRows, Tabs } from '../../kit';
import { Page } from '../../shell';
import { Head } from '../frame/Head';
import { spaceQuery } from '../queries';
import { Details } from './Details';
import { Permissions } from './Permissions';
import css from './Settings.module.css';
import { Templates } from './Templates';

type View = 'details' | 'permissions' | 'templates';

/** Everything about a space that is not a page. */
export function SettingsPage(): ReactElement {
  const { key = '' } = useParams({ strict: false });
  const space = useQuery(spaceQuery(key));
  const [view, setView] = useState<View>('details');
  return (
    <Page title={`Settings of ${space.data?.name ?? key}`} head={<Head space={space.data ?? { key, name: key }} here="Settings" heading />} shape="text">
      {space.isPending ? (
        <SkeletonRows rows={5} />
      ) : space.isError ? (
        <ErrorState what="load the space" error={space.error} onRetry={() => void space.refetch()} />
      ) : (
        <>
          <div className={css['tabs']}>
            <Tabs<View>
              label="Settings"
              value={view}
              onChange={setView}
              tabs={[
                { value: 'details', label: 'Details' },
                { value: 'permissions', label: 'Who may do what' },
                { value: 'templates', label: 'Templates' },
              ]}
            />
          </div>
          {view === 'details' ? <Details key={space.data.id} space={space.data} /> : view === 'permissions' ? <Permissions space={space.data} /> : <Templates space={space.data} />}
        </>
      )}
    </Page>
  );
}
