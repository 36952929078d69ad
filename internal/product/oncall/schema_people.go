package oncall

// peopleTables are the tables of 0002_people.
var peopleTables []string
