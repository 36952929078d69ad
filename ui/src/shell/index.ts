export { activeCommands, useCommands, type Command } from './commands';
export { ErrorBoundary, PageError } from './ErrorBoundary';
export { closeOverlay, openOverlay, type Overlay } from './overlays';
export { Page, Section, usePageTitle } from './Page';
export { ProjectTile } from './Rail';
export { useRecentProjects, useStarredProjects, visitProject, type ProjectLink } from './recent';
export { SessionGate, useSignedIn } from './session';
export { Shell } from './Shell';
