// Package crash kills the real binary at any moment while clients write, and compares what they were told with what is there afterwards.
package crash
