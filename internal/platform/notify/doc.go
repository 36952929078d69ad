// Package notify hands messages for people to the systems that deliver them: mail by SMTP. It promises an answer for each message: handed
// over, refused for good, or to be tried again. It keeps nothing; who sends keeps the message until it was handed over.
package notify
