package space

import "slices"

// Right is what a permission allows: an operation on a target.
type Right struct{ Operation, Target string }

// The rights in a space, as the vendor names them.
var (
	View             = Right{"read", "space"}
	CreatePage       = Right{"create", "page"}
	CreateBlogPost   = Right{"create", "blogpost"}
	CreateComment    = Right{"create", "comment"}
	CreateAttachment = Right{"create", "attachment"}
	DeletePage       = Right{"delete", "page"}
	DeleteBlogPost   = Right{"delete", "blogpost"}
	DeleteComment    = Right{"delete", "comment"}
	DeleteAttachment = Right{"delete", "attachment"}
	DeleteOwn        = Right{"delete", "space"}
	Restrict         = Right{"restrict_content", "space"}
	Archive          = Right{"archive", "page"}
	Export           = Right{"export", "space"}
	Administer       = Right{"administer", "space"}
)

// Rights lists all of them.
var Rights = []Right{View, CreatePage, CreateBlogPost, CreateComment, CreateAttachment, DeletePage, DeleteBlogPost, DeleteComment, DeleteAttachment, DeleteOwn, Restrict, Archive, Export, Administer}

// memberRights are what every member of the site may do in a new global space.
var memberRights = []Right{View, CreatePage, CreateBlogPost, CreateComment, CreateAttachment, DeletePage, DeleteBlogPost, DeleteAttachment, DeleteOwn, Restrict, Archive, Export}

// Allows tells whether somebody has a right in the space; whoever administers a space has all.
func (s *Space) Allows(account string, groups []string, right Right) bool {
	for _, p := range s.Permissions {
		has := Right{p.Operation, p.Target}
		if has != right && has != Administer {
			continue
		}
		switch p.SubjectType {
		case Everyone:
			return true
		case User:
			if p.Subject == account {
				return true
			}
		case Group:
			if slices.Contains(groups, p.Subject) {
				return true
			}
		}
	}
	return false
}

// MemberRights are what every member of the site may do in a new space of a type; in a personal one they read and comment.
func MemberRights(kind string) []Right {
	if kind == Personal {
		return []Right{View, CreateComment}
	}
	return memberRights
}
