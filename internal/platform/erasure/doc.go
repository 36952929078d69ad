// Package erasure takes a person out of an organization's volumes for good: names, addresses, how they sign in. It keeps a ledger of whom it erased in
// the control database, by identifier and by hashes that recognise what was erased but do not contain it, and does the same again on every volume that
// comes back from an earlier time: a restore never undoes a legal erasure.
//
// It erases what identifies: the account, and every cell that holds one of its addresses, or its name beside its identifier. What people wrote about
// somebody in their own words is for them to edit. Copies in the vault are beyond use until the retention floor has passed.
package erasure
