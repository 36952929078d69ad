// Package richtext holds the conversions between the forms in which the suite's products and their clients write rich text. The
// Atlassian Document Format (package adf) is the form that is stored; wiki markup is what older clients and exports speak, storageformat what
// wiki pages are in for the API and in exports, markdown what people type. ref names what pages point to; extract reads out of documents what
// is kept beside them; render makes safe HTML and text; diff compares two versions. Everything here is pure: text in, text out.
package richtext
