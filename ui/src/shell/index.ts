export { activeCommands, useCommands, type Command } from './commands';
export { ErrorBoundary, PageError } from './ErrorBoundary';
export { closeOverlay, openOverlay, type Overlay } from './overlays';
export { Page, Section, usePageTitle } from './Page';
export {
  firstPage,
  loadAhead,
  registerProducts,
  type CreateEntry,
  type CreateProps,
  type Navigate,
  type ProductCommand,
  type ProductManifest,
  type RailEntry,
  type Suggest,
  type Suggestion,
  type To,
} from './product';
export { RailGroup, RailLink } from './Rail';
export { needsProduct, NotFound, nowhereRoute, rootRoute, shellRoute } from './routes';
export { searchText } from './search';
export { linked, LinkedText } from './LinkedText';
export { SmartLinkChip } from './SmartLink';
export { SessionGate, useSignedIn } from './session';
