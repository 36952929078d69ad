package s3

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Scheme begins the address of every bucket.
const Scheme = "s3://"

// IsAddress tells whether a text means a bucket and not a folder.
func IsAddress(s string) bool { return strings.HasPrefix(s, Scheme) }

// Address is where objects are: s3://BUCKET/PREFIX?endpoint=https://HOST[:PORT]&region=REGION&style=path|virtual. Without an endpoint it is Amazon's of
// the region, without a region us-east-1. The style says whether the bucket is named in the path or in the host; the endpoint's usual one when empty.
type Address struct {
	Bucket   string
	Prefix   string // "" or ending in a slash
	Endpoint *url.URL
	Region   string
	Style    string
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// ParseAddress reads an address; its errors say what is wrong with it.
func ParseAddress(s string) (a Address, err error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "s3" || len(s) > 2000 {
		return a, fmt.Errorf("%q is no address of a bucket: write s3://BUCKET/PREFIX?endpoint=https://HOST", strings.SplitN(s, "?", 2)[0])
	}
	if u.User != nil {
		return a, fmt.Errorf("an address of a bucket holds no credentials: they are given apart from it")
	}
	if !bucketName.MatchString(u.Host) {
		return a, fmt.Errorf("%q is no name of a bucket", u.Host)
	}
	a = Address{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/"), Region: "us-east-1"}
	if a.Prefix != "" {
		a.Prefix += "/"
	}
	for part := range strings.SplitSeq(a.Prefix, "/") {
		if part == "." || part == ".." {
			return a, fmt.Errorf("%q is no prefix of objects", a.Prefix)
		}
	}
	endpoint := ""
	for name, values := range u.Query() {
		switch name {
		case "endpoint":
			endpoint = values[0]
		case "region":
			a.Region = values[0]
		case "style":
			a.Style = values[0]
		default:
			return a, fmt.Errorf("%q is no setting of a bucket: there are endpoint, region and style", name)
		}
	}
	if a.Style != "" && a.Style != "path" && a.Style != "virtual" {
		return a, fmt.Errorf("style is path or virtual")
	}
	if endpoint == "" {
		endpoint = "https://s3." + a.Region + ".amazonaws.com"
	}
	a.Endpoint, err = url.Parse(endpoint)
	if err != nil || a.Endpoint.Scheme != "http" && a.Endpoint.Scheme != "https" || a.Endpoint.Hostname() == "" || a.Endpoint.User != nil || strings.Trim(a.Endpoint.Path, "/") != "" || a.Endpoint.RawQuery != "" {
		return a, fmt.Errorf("the endpoint of a bucket is https://HOST or https://HOST:PORT")
	}
	return a, nil
}

// String gives the address in its one form, which ParseAddress reads.
func (a Address) String() string {
	q := url.Values{"endpoint": {a.Endpoint.Scheme + "://" + a.Endpoint.Host}, "region": {a.Region}}
	if a.Style != "" {
		q.Set("style", a.Style)
	}
	u := url.URL{Scheme: "s3", Host: a.Bucket, Path: "/" + strings.TrimSuffix(a.Prefix, "/"), RawQuery: q.Encode()}
	return u.String()
}
