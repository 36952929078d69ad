// Package richtext holds the conversions between the forms in which the suite's products and their clients write rich text. The
// Atlassian Document Format (package adf) is the form that is stored; wiki markup is what older clients and exports speak; render makes
// safe HTML. Everything here is pure: text in, text out.
package richtext
