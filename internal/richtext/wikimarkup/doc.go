// Package wikimarkup turns Jira's wiki markup into ADF documents and back. Facts: Jira's "Text Formatting Notation Help". What has no
// counterpart on the other side is kept as text, so that no visible word is lost. Parsing takes time linear in the input.
package wikimarkup
