package public

import "slices"

// choice is a component that a subscriber may choose.
type choice struct {
	ID, Name string
	Chosen   bool
}

type subscribeView struct {
	Email, Webhook bool
	Action         string
	Problem, Value string
	Some           bool
	Parts          []choice
}

// choices lists the components that can be followed.
func (s *Site) choices(chosen []string) (out []choice) {
	for _, c := range s.Components {
		if !c.Group {
			out = append(out, choice{c.ID, s.nameOf(c.ID), slices.Contains(chosen, c.ID)})
		}
	}
	return out
}

// Subscribe renders the forms to subscribe with, after a problem when there was one.
func (s *Site) Subscribe(problem, value string, chosen []string) ([]byte, error) {
	set := s.Page.Settings
	if set.NoSubscribers || set.NoEmail && set.NoWebhooks {
		return nil, errNoDocument
	}
	return s.html("subscribe", "subscribe", "Subscribe – "+s.Page.Name, subscribeView{Email: !set.NoEmail, Webhook: !set.NoWebhooks, Action: "./", Problem: problem, Value: value,
		Some: len(chosen) > 0, Parts: s.choices(chosen)})
}

// Message is a page that says one thing and may ask one.
type Message struct {
	Heading, Text    string
	Button, Do       string
	Second, SecondDo string
	Action           string
	Manage, Some     bool
	Parts            []choice
}

// Say renders a message below a path such as "confirm/…"; with chosen set, the form lets components be chosen.
func (s *Site) Say(path string, m Message, chosen []string) ([]byte, error) {
	if m.Manage {
		m.Parts, m.Some = s.choices(chosen), len(chosen) > 0
	}
	m.Action = "./"
	return s.html(path, "message", m.Heading+" – "+s.Page.Name, m)
}
