// Package incoming turns what monitoring sends into alerts: webhooks of Alertmanager, Grafana and whatever speaks JSON, and mail. What arrives is read into one or more
// events, each event is given to the ordered actions of its integration, and the first whose filter matches says what happens.
//
// It promises that whatever arrives leaves a line among the integration's last requests, with what came of it, that a payload that says nothing known still raises
// an alert with the best title found in it, and that Decide changes nothing, so that people can try their mapping on a sample.
package incoming
