// Package jql is Jira's query language: lexer, parser and a compiler to SQL. The grammar is that of Atlassian's own ANTLR grammar
// (@atlaskit/jql-parser): precedence OR, AND, NOT; history operators WAS and CHANGED with predicates; functions without nesting. Errors
// name the line and the character, in Jira's words. Parsing takes time linear in the query.
package jql
