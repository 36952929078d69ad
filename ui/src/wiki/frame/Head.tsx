import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Breadcrumb, IconButton } from '../../kit';
import { pageTo, spaceTo } from '../paths';
import type { Crumb } from '../wire';
import { useFrame } from './context';
import css from './Frame.module.css';

interface HeadProps {
  space: { key: string; name: string };
  /** Pages between the space and where one is. */
  crumbs?: readonly Crumb[];
  here?: string;
  /** Whether the last part is the heading of the page. */
  heading?: boolean;
}

/** The left of the top line of everything in a space. Of many pages above, the nearest show. */
export function Head({ space, crumbs = [], here, heading = false }: HeadProps): ReactElement {
  const { openTree, hidden, setHidden } = useFrame();
  const near = crumbs.length > 3 ? crumbs.slice(-2) : crumbs;
  const parts = [
    <Link key="space" {...spaceTo(space.key)}>
      {space.name}
    </Link>,
    ...(near.length < crumbs.length
      ? [
          <span key="more" title={crumbs.slice(0, -2).map((crumb) => crumb.title).join(' / ')}>
            …
          </span>,
        ]
      : []),
    ...near.map((crumb) => (
      <Link key={crumb.id} {...pageTo({ id: crumb.id, spaceKey: space.key, title: crumb.title })}>
        {crumb.title}
      </Link>
    )),
    ...(here === undefined ? [] : [here]),
  ];
  return (
    <div className={css['headLine']}>
      <span className={css['phone']}>
        <IconButton icon="tree" label="Pages of this space" onClick={openTree} />
      </span>
      {hidden && (
        <span className={css['desktop']}>
          <IconButton icon="tree" label="Show the page tree" keys="]" onClick={() => setHidden(false)} />
        </span>
      )}
      <Breadcrumb heading={heading}>{parts}</Breadcrumb>
    </div>
  );
}
