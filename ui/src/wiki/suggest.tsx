import { Icon } from '../kit';
import type { Suggest } from '../shell';
import { refIcon } from './parts/RefList';
import { SpaceIcon } from './parts/SpaceIcon';
import { pageTo, spaceTo } from './paths';
import { suggestions } from './queries';

/** The wiki's records for the palette. */
export const suggest: Suggest = async (q, signal) => {
  const { pages, spaces } = await suggestions(q, { signal });
  return [
    ...(pages ?? []).slice(0, 8).map((page) => ({
      id: `page:${page.id}`,
      group: 'Pages',
      label: page.title,
      note: page.spaceName,
      mark: <Icon name={refIcon(page.type)} />,
      link: pageTo({ id: page.id, spaceKey: page.spaceKey, title: page.title, type: page.type }),
    })),
    ...(spaces ?? []).slice(0, 4).map((space) => ({
      id: `space:${space.key}`,
      group: 'Spaces',
      label: space.name,
      note: space.key,
      mark: <SpaceIcon space={space} size={18} />,
      link: spaceTo(space.key),
    })),
  ];
};
