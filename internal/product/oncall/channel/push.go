package channel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	webpush "github.com/SherClockHolmes/webpush-go"

	"holdfast.dev/internal/platform/webhook"
)

// VAPID is the key pair by which push services know this site, in unpadded base64url.
type VAPID struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// NewVAPID makes a key pair.
func NewVAPID() (VAPID, error) {
	private, public, err := webpush.GenerateVAPIDKeys()
	return VAPID{public, private}, err
}

// guarded makes the push library's requests go through the client that cannot reach the inside of the network.
type guarded struct {
	ctx    context.Context
	client *webhook.Client
}

// Do implements webpush.HTTPClient.
func (g guarded) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	resp, err := g.client.Do(g.ctx, webhook.Request{Method: r.Method, URL: r.URL.String(), Body: body, Type: r.Header.Get("Content-Type"), Headers: r.Header})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: resp.Status, Body: io.NopCloser(strings.NewReader(resp.Body))}, nil
}

// pushed is what the service worker of the interface shows.
type pushed struct {
	Title    string `json:"title"`
	Body     string `json:"body"`
	Tag      string `json:"tag"` // a second notification of the same tag takes the place of the first
	URL      string `json:"url"`
	AckURL   string `json:"ackUrl,omitempty"`
	Priority string `json:"priority,omitempty"`
}

// push encrypts for the browser that subscribed and hands over to its push service.
func (c Channels) push(ctx context.Context, m Message) (string, error) {
	var keys webpush.Keys
	if err := json.Unmarshal([]byte(m.Secret), &keys); err != nil {
		return "", errors.Join(fmt.Errorf("the push subscription has no keys: %w", err), ErrPermanent)
	}
	p := pushed{Title: m.short(120), Body: m.Person, Tag: m.ID, URL: m.SiteURL + "/oncall"}
	urgency := webpush.UrgencyNormal
	if len(m.Items) > 0 {
		a := m.Items[0].Alert
		p.Body, p.Tag, p.URL, p.AckURL, p.Priority = clip(a.Description, 300), a.ID, m.Items[0].URL, m.Items[0].AckURL, m.urgent()
		urgency = webpush.UrgencyHigh
	}
	body, err := json.Marshal(p)
	if err != nil {
		return "", errors.Join(err, ErrPermanent)
	}
	resp, err := webpush.SendNotificationWithContext(ctx, body, &webpush.Subscription{Endpoint: m.Address, Keys: keys},
		&webpush.Options{HTTPClient: guarded{ctx, c.Senders.Webhook}, Subscriber: m.SiteURL, VAPIDPublicKey: m.Push.Public, VAPIDPrivateKey: m.Push.Private, TTL: 3600, Urgency: urgency,
			VapidExpiration: m.At.Add(6 * 3600e9)})
	if err != nil {
		if errors.Is(err, webhook.ErrForbiddenAddress) {
			err = errors.Join(err, ErrPermanent)
		}
		return "", err
	}
	defer resp.Body.Close()
	status := fmt.Sprintf("HTTP %d", resp.StatusCode)
	switch {
	case resp.StatusCode/100 == 2:
		return status, nil
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return status, errors.Join(errors.New("the browser gave the subscription up"), ErrGone, ErrPermanent)
	case resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500:
		return status, fmt.Errorf("the push service answered %s", status)
	}
	return status, errors.Join(fmt.Errorf("the push service answered %s", status), ErrPermanent)
}
