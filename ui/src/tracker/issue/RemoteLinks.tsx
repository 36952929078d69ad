import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { api, smartLinkQuery } from '../../api';
import { safeHref } from '../../editor';
import { Icon, iconNamed, IconButton, toast } from '../../kit';
import { useIssue } from './context';
import { refresh, refused } from './edit';
import css from './Issue.module.css';
import { issuePath, remoteLinksQuery } from './queries';
import { SectionHead } from './SectionHead';
import type { RemoteLink } from './wire';

/** Links to pages elsewhere, and to what the issue was made from in another product. */
export function RemoteLinks(): ReactElement | null {
  const { issueKey } = useIssue();
  const queries = useQueryClient();
  const { data } = useQuery(remoteLinksQuery(issueKey));
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: (link: RemoteLink) => api.delete(`${issuePath(issueKey)}/remotelink/${link.id}`),
    onSuccess: (_nothing, link) =>
      toast({
        title: `Link to ${link.object.title} removed`,
        undo: () => void api.post(`${issuePath(issueKey)}/remotelink`, { relationship: link.relationship, application: link.application, object: link.object }).then(() => refresh(queries, issueKey), (error: unknown) => refused('The link', error)),
      }),
    onError: (error) => refused('Removing the link', error),
    onSettled: () => refresh(queries, issueKey),
  });
  if (!data || data.length === 0) return null;
  return (
    <section aria-label="Web links">
      <SectionHead title="Web links" count={data.length} />
      <ul className={css['lines']}>
        {data.map((link) => (
          <Line key={link.id} link={link} onRemove={() => remove.mutate(link)} />
        ))}
      </ul>
    </section>
  );
}

function Line({ link, onRemove }: { link: RemoteLink; onRemove: () => void }): ReactElement {
  const { url, title } = link.object;
  const { data: target } = useQuery(smartLinkQuery(url));
  const href = safeHref(url);
  const here = url.startsWith(`${location.origin}/`);
  return (
    <li className={css['webLink']}>
      <Icon name={target ? iconNamed(target.icon) : 'external'} size={14} />
      {link.relationship && <span className={css['relationship']}>{link.relationship}</span>}
      {href === null ? (
        <span>{title}</span>
      ) : (
        <a href={href} {...(here ? {} : { target: '_blank', rel: 'noopener noreferrer' })}>
          {title}
        </a>
      )}
      {target?.status && (
        <span className={css['linkState']} data-tone={target.status.colour}>
          {target.status.text}
        </span>
      )}
      <IconButton icon="close" size="s" label={`Remove the link to ${title}`} className={css['lineAct'] ?? ''} onClick={onRemove} />
    </li>
  );
}
