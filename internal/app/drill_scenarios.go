package app

import (
	"cmp"
	"context"
	"strings"

	"holdfast.dev/internal/base/fault"
)

// scenario is a drill: a disaster that happened to somebody, done here through everything that is real.
type scenario struct {
	name     string
	happened string // in the real world, in a sentence
	does     string // what the drill does
	holds    string // what must hold
	postgres string // what is different on PostgreSQL, beyond that schemas go where files would
	sites    int    // where the caller says nothing
	clients  int
	size     int64 // bytes, median; 0: two megabytes
	run      func(context.Context, *drill) error
}

// scenarios are the drills that there are, in the order of the list of acceptance.
func scenarios() []*scenario {
	return []*scenario{
		wipeScenario(), atlassianScenario(), deleteServerScenario(), zeroRecordsScenario(), blankParameterScenario(), permissionWipeScenario(), silentBackupScenario(), silentDrillScenario(), undoScenario(),
		leakedTokenScenario(), changedScriptScenario(), halfFilterScenario(), stalePagesScenario(), stampedeScenario(), rmScenario(), dropSchemaScenario(), byteFlippedScenario(),
	}
}

// DrillScenario tells of a drill for a list.
type DrillScenario struct {
	Name     string `json:"name"`
	Happened string `json:"happened"`
	Does     string `json:"does"`
	Holds    string `json:"holds"`
	Postgres string `json:"postgres"` // what is different on PostgreSQL
	Sites    int    `json:"sites"`    // where the caller says nothing
}

// onPostgres is what is different on PostgreSQL where a scenario says nothing.
const onPostgres = "schemas are dropped where files are removed"

// DrillScenarios lists the drills that there are.
func DrillScenarios() []DrillScenario {
	all := scenarios()
	out := make([]DrillScenario, len(all))
	for i, s := range all {
		out[i] = DrillScenario{s.name, s.happened, s.does, s.holds, cmp.Or(s.postgres, onPostgres), DrillOptions{}.filled(s).Sites}
	}
	return out
}

func findScenario(name string) (*scenario, error) {
	var known []string
	for _, s := range scenarios() {
		if s.name == name {
			return s, nil
		}
		known = append(known, s.name)
	}
	return nil, fault.Bad("There is no scenario %.60q; there are %s.", name, strings.Join(known, ", "))
}
