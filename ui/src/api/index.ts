export { api, queryString, whenSignedOut, type RequestOptions } from './client';
export { ApiError, errorMessage } from './errors';
export { boot, siteUrl } from './boot';
export { connection, useConnection } from './connection';
export { followCommits } from './events';
export { keys, staleKeys, type CommitEvent, type CommitEntity } from './stale';
export { sessionQuery, setUp, signIn, signOut } from './session';
export * from './jira';
export * from './platform';
