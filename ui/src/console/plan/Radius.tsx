import { useEffect, useRef, useState, type ReactElement } from 'react';
import css from '../Console.module.css';
import { treemap } from '../treemap';
import type { CustomerReach } from '../wire';
import { many } from '../words';

/** Few customers need little room. */
const heightFor = (customers: number): number => Math.min(220, 48 + 32 * customers);
/** What a customer without active people weighs, so that nobody is invisible. */
const weight = (c: CustomerReach): number => c.people + c.targets * 0.5 + 0.5;

const reach = (c: CustomerReach): string => `${many(c.targets, 'target')}, ${many(c.sites, 'site')}, ${many(c.people, 'person', 'people')}`;

/** Whom a plan reaches: a tile for each customer, as large as its people; the table behind says the same in numbers. */
export function Radius({ customers, total }: { customers: readonly CustomerReach[]; total: number }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const height = heightFor(customers.length);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <>
      <div ref={box} className={css['treemap']} style={{ height }} aria-hidden="true">
        {treemap(customers, weight, width, height).map(({ item, x, y, width: w, height: h }) => (
          <span key={item.id} className={css['tile']} style={{ left: x, top: y, width: Math.max(0, w - 2), height: Math.max(0, h - 2) }} title={`${item.name}: ${reach(item)}`}>
            {w > 64 && h > 24 && <b>{item.name}</b>}
            {w > 88 && h > 44 && <span>{many(item.people, 'person', 'people')}</span>}
          </span>
        ))}
      </div>
      <details className={css['behind']}>
        <summary>
          {many(total, 'customer')} in numbers{total > customers.length ? `, the first ${customers.length}` : ''}
        </summary>
        <div className={css['scroll']} tabIndex={0} role="region" aria-label="Customers">
          <table className={css['table']}>
            <thead>
              <tr>
                <th>Customer</th>
                <th>Targets</th>
                <th>Sites</th>
                <th>People</th>
                <th>Objects</th>
              </tr>
            </thead>
            <tbody>
              {customers.map((c) => (
                <tr key={c.id}>
                  <th scope="row">{c.name}</th>
                  <td>{c.targets.toLocaleString()}</td>
                  <td>{c.sites.toLocaleString()}</td>
                  <td>{c.people.toLocaleString()}</td>
                  <td>{c.objects.toLocaleString()}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
