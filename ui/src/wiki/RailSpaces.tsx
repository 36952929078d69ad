import type { ReactElement } from 'react';
import { RailGroup, RailLink } from '../shell';
import { SpaceIcon } from './parts/SpaceIcon';
import { useRecentSpaces } from './recent';

/** The spaces one was in at last, in the rail. */
export function RailSpaces({ narrow }: { narrow: boolean }): ReactElement | null {
  const recent = useRecentSpaces();
  if (recent.length === 0) return null;
  return (
    <RailGroup title="Recent spaces" narrow={narrow}>
      {recent.map((space) => (
        <RailLink key={space.key} to={{ to: '/wiki/spaces/$key', params: { key: space.key } }} mark={<SpaceIcon space={space} size={18} />} label={space.name} narrow={narrow} />
      ))}
    </RailGroup>
  );
}
