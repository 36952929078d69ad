package rest

import (
	"encoding/json"
	"errors"

	"holdfast.dev/internal/base/fault"
	"holdfast.dev/internal/product/wiki/content"
	"holdfast.dev/internal/richtext/adf"
	"holdfast.dev/internal/richtext/storageformat"
	"holdfast.dev/internal/richtext/wikimarkup"
)

// maxBody is the largest request that carries a document, in bytes.
const maxBody = 6 << 20

// document reads a document of the interface: an ADF object.
func document(raw json.RawMessage) (*adf.Node, error) {
	doc, err := adf.Parse(raw)
	if err != nil {
		if len(raw) > adf.MaxBytes {
			return nil, fault.New(fault.KindTooLarge, "The body is larger than the %d bytes that a page can have.", adf.MaxBytes)
		}
		return nil, fault.Wrap(err, fault.KindInvalid, "The body is no ADF document: %s", err)
	}
	return doc, nil
}

// readBody reads a body in one of the representations that the API takes.
func (c *call) readBody(representation, value string) (*adf.Node, error) {
	var doc *adf.Node
	var err error
	switch representation {
	case "storage", "editor", "":
		doc, err = storageformat.Parse(value)
		if err != nil && len(value) > storageformat.MaxBytes {
			return nil, fault.New(fault.KindTooLarge, "The body is larger than the %d bytes that a page can have.", storageformat.MaxBytes)
		}
		var bad *storageformat.Error
		if errors.As(err, &bad) || err != nil {
			return nil, fault.Wrap(err, fault.KindInvalid, "Content body cannot be converted to new editor format: Error parsing xhtml: %s", err)
		}
	case "atlas_doc_format":
		if value == "" {
			return adf.Doc(), nil
		}
		return document(json.RawMessage(value))
	case "wiki":
		doc = wikimarkup.Parse(value, wikimarkup.Resolver{Mention: func(who string) (string, string, bool) {
			p, ok := c.people[who]
			return p.AccountID, p.DisplayName, ok
		}})
	default:
		return nil, fault.Bad("The representation '%.40s' cannot be read: storage, atlas_doc_format and wiki can.", representation)
	}
	if err := adf.Validate(doc); err != nil {
		return nil, fault.Wrap(err, fault.KindInvalid, "The body has what no page can hold: %s", err)
	}
	if len(doc.JSON()) > adf.MaxBytes {
		return nil, fault.New(fault.KindTooLarge, "The body is larger than the %d bytes that a page can have.", adf.MaxBytes)
	}
	return doc, nil
}

// formats are the representations in which bodies are given.
var formats = map[string]bool{"storage": true, "atlas_doc_format": true, "view": true, "export_view": true, "anonymous_export_view": true, "styled_view": true, "editor": true, "editor2": true, "wiki": true}

// writeBody gives a stored body in a representation.
func (c *call) writeBody(of *content.Content, stored, representation string) (string, error) {
	if representation == "atlas_doc_format" {
		return stored, nil
	}
	doc, err := content.Document(stored)
	if err != nil {
		return "", err
	}
	return c.convert(of, doc, representation)
}

// convert writes a document in a representation.
func (c *call) convert(of *content.Content, doc *adf.Node, representation string) (string, error) {
	switch representation {
	case "atlas_doc_format":
		return string(doc.JSON()), nil
	case "storage", "editor", "editor2":
		return storageformat.Write(doc)
	case "view":
		return c.env().HTML(of, doc, c.base, false)
	case "export_view", "styled_view", "anonymous_export_view":
		return c.env().HTML(of, doc, c.base, true)
	case "wiki":
		return wikimarkup.Write(doc), nil
	}
	return "", fault.Bad("The representation '%.40s' is not known.", representation)
}
