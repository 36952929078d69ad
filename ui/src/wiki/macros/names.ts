import type { AdfNode } from '../../api';
import { definitionOf } from './definitions';

/** What a macro is called. */
export function extensionNameOf(node: AdfNode): string {
  const key = String(node.attrs?.['extensionKey'] ?? '');
  const parameters = node.attrs?.['parameters'] as { macroMetadata?: { title?: unknown } } | undefined;
  const title = parameters?.macroMetadata?.title;
  return definitionOf(key)?.label ?? (typeof title === 'string' && title !== '' ? title : key || 'Macro');
}
