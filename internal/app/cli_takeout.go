package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"holdfast.dev/internal/platform/s3"
	"holdfast.dev/internal/platform/takeout"
	"holdfast.dev/internal/platform/volume"
)

// takeoutCommand exports sites continuously to folders and buckets that their customers own.
func (c *cli) takeoutCommand() *cobra.Command {
	var to, access string
	var secret bool
	set := c.leaf("set SLUG", "Export a site continuously to a folder or bucket of its customer", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		var keys s3.Keys
		if s3.IsAddress(to) {
			if keys, err = c.bucketKeys(access, secret); err != nil {
				return err
			}
		} else {
			to = c.path(to)
		}
		e, err := n.SetTakeout(ctx, s, to, keys)
		if err != nil {
			return err
		}
		return c.print(e, "%s is in %s, and stays up to date while the server runs", s.Slug, e.To)
	})
	set.Flags().StringVar(&to, "to", "", "folder, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION")
	_ = set.MarkFlagRequired("to")
	bucketFlags(set, &access, &secret)
	off := c.leaf("off SLUG", "End the export of a site; what is there stays", 1, func(ctx context.Context, n *Node, args []string) error {
		s, err := n.FindSite(args[0])
		if err != nil {
			return err
		}
		if err := n.EndTakeout(ctx, s.ID); err != nil {
			return err
		}
		return c.print(map[string]string{"site": s.ID.String(), "state": "off"}, "%s is not exported any more", s.Slug)
	})
	list := c.leaf("list", "List the exports and how far they are", 0, func(ctx context.Context, n *Node, _ []string) error {
		var all []takeout.Export
		err := n.control().Read(ctx, func(tx *volume.Tx) (err error) {
			all, err = takeout.All(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
		var lines []string
		for _, e := range all {
			at := "never"
			if e.Written != nil {
				at = e.Written.Format(time.RFC3339)
			}
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s  %s  written %s  %s", e.Site, e.To, at, e.Error)))
		}
		return c.print(all, "%s", strings.Join(lines, "\n"))
	})
	return group("takeout", "Continuous export of sites to folders and buckets that their customers own", set, off, list)
}

func bucketFlags(cmd *cobra.Command, access *string, secret *bool) {
	cmd.Flags().StringVar(access, "access-key", "", "access key of the bucket; without it both are $AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY")
	cmd.Flags().BoolVar(secret, "secret-stdin", false, "read the secret of the access key from standard input")
}

// bucketKeys gives the credentials of a bucket: the flags', else those of the environment that every S3 tool reads. A secret is never an argument, which others could read.
func (c *cli) bucketKeys(access string, fromStdin bool) (keys s3.Keys, err error) {
	if access == "" && !fromStdin && c.env.Node == nil {
		return keysFromEnv("AWS")
	}
	if access == "" || !fromStdin {
		return keys, errUsage{errors.New("a bucket takes --access-key ID and --secret-stdin")}
	}
	line, err := bufio.NewReader(io.LimitReader(c.env.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return keys, err
	}
	return s3.Keys{Access: access, Secret: strings.TrimRight(line, "\r\n")}, nil
}

// keysFromEnv reads PREFIX_ACCESS_KEY_ID, PREFIX_SECRET_ACCESS_KEY and PREFIX_SESSION_TOKEN.
func keysFromEnv(prefix string) (keys s3.Keys, err error) {
	keys = s3.Keys{Access: os.Getenv(prefix + "_ACCESS_KEY_ID"), Secret: os.Getenv(prefix + "_SECRET_ACCESS_KEY"), Session: os.Getenv(prefix + "_SESSION_TOKEN")}
	if keys.Access == "" || keys.Secret == "" {
		return keys, errUsage{fmt.Errorf("a bucket needs credentials: %[1]s_ACCESS_KEY_ID and %[1]s_SECRET_ACCESS_KEY, or flags where the command has them", prefix)}
	}
	return keys, nil
}
