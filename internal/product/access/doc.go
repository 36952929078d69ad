// Package access knows the people of an organization: accounts, passwords, browser sessions, API tokens, groups and the roles that
// people have on sites. It lives in the organization's own volume, so that losing a site loses nobody's account.
//
// It promises that no password or token is stored in a form that could be used, that a wrong credential does not tell what was
// wrong with it, and that a token is worth nothing on a site where its account has no role.
package access
