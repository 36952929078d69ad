import { useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Icon } from '../kit';
import { RailGroup, RailLink } from '../shell';
import { SpaceIcon } from './parts/SpaceIcon';
import { pageTo } from './paths';
import { favouritesQuery } from './queries';
import { useRecentSpaces } from './recent';

/** Starred pages and the spaces one was in at last, in the rail. Who is elsewhere in the suite pays no request for them. */
export function RailSpaces({ narrow }: { narrow: boolean }): ReactElement {
  const recent = useRecentSpaces();
  const here = useRouterState({ select: (state) => /\/wiki(\/|$)/.test(state.location.pathname) });
  const starred = useQuery({ ...favouritesQuery, enabled: here }).data ?? [];
  return (
    <>
      {starred.length > 0 && (
        <RailGroup title="Starred pages" narrow={narrow}>
          {starred.slice(0, 8).map((page) => (
            <RailLink key={page.id} to={pageTo({ id: page.id, spaceKey: page.spaceKey, title: page.title, type: page.type })} mark={<Icon name="page" />} label={page.title} narrow={narrow} />
          ))}
        </RailGroup>
      )}
      {recent.length > 0 && (
        <RailGroup title="Recent spaces" narrow={narrow}>
          {recent.map((space) => (
            <RailLink key={space.key} to={{ to: '/wiki/spaces/$key', params: { key: space.key } }} mark={<SpaceIcon space={space} size={18} />} label={space.name} narrow={narrow} />
          ))}
        </RailGroup>
      )}
    </>
  );
}
