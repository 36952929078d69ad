// Package storageformat turns Confluence's storage format (XHTML with ac: and ri: elements) into ADF documents and back.
//
// Nothing is dropped. What has a counterpart in ADF becomes that; macros without one become extensions in Confluence's own mapping
// (MacroType); an element that cannot be told in ADF becomes an extension of OpaqueType that holds its source. Attributes that ADF has
// no place for are kept under the attribute "storage" of the node or mark. Parse proves each block by writing it back and keeps it as
// source when the result would differ in canonical form (see Canonical).
//
// Links to pages, attachments and the like are hrefs of package ref; the wiki resolves them when it shows a page.
//
// Entities beyond XML's five are HTML's; none is ever expanded from a declaration. Characters that XML forbids are removed and invalid
// UTF-8 becomes U+FFFD before anything is read.
package storageformat

const (
	// MaxBytes is the longest source that is read.
	MaxBytes = 2 << 20
	// MaxDepth is how deeply elements may nest.
	MaxDepth = 250
	// MaxElements is how many elements and texts a source may have.
	MaxElements = 200_000

	// MacroType is the extensionType of macros; extensionKey is the macro's name, parameters.macroParams.{name}.value its parameters.
	MacroType = "com.atlassian.confluence.macro.core"
	// OpaqueType is the extensionType of source that is kept as it is; extensionKey is the element's name, parameters.storage the source.
	OpaqueType = "dev.holdfast.storage"
	// PlainBody is the macro parameter that holds a macro's plain text body.
	PlainBody = "__bodyContent"
)
