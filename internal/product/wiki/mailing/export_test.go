package mailing

// What the tests look at from outside, since the product imports this package.
var (
	Compose = compose
	Spread  = (*Sender).spread
)
