package cfgutils

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"sipedge/engine/corefuncs/arg"
	"sipedge/script/registry"
	"sipedge/script/rt"
	"sipedge/script/value"
)

// probability is what rand_set_prob() has set, in percent plus one; 0 while the
// configuration's initial_probability counts. It outlives a reload.
type probability struct{ set atomic.Int32 }

func (p *probability) percent(cfg *Config) int32 {
	if n := p.set.Load(); n > 0 {
		return n - 1
	}
	return int32(cfg.Probability)
}

func chanceFunctions() []registry.Function {
	return []registry.Function{
		chanceFunction("rand_event", "True with the probability that is set.", func(p *probability, cfg *Config) int32 {
			return truth(rand.Int32N(100) < p.percent(cfg))
		}),
		chanceFunction("rand_reset_prob", "Sets the probability back to initial_probability.", func(p *probability, _ *Config) int32 {
			p.set.Store(0)
			return 1
		}),
		chanceFunction("rand_get_prob", "Returns the probability in percent. As with every function, 0 ends the script.",
			func(p *probability, cfg *Config) int32 { return p.percent(cfg) }),
		{
			Name: "rand_set_prob", Routes: rt.AnyRoute,
			Args:   []registry.Arg{{Name: "probability", Kind: registry.ArgFormat}},
			Doc:    "Sets the probability of rand_event() for all messages, in percent.",
			Source: source,
			Compile: func(b registry.Build, args []registry.Actual) (rt.Func, error) {
				p := probabilityOf(b)
				n, err := arg.NewNumber(args, 0, "rand_set_prob: probability", 0, 100)
				if err != nil {
					return nil, err
				}
				return func(c *rt.Ctx) int32 {
					k, ok := n.Get(c)
					if ok {
						p.set.Store(int32(k) + 1)
					}
					return truth(ok)
				}, nil
			},
		},
	}
}

func probabilityOf(b registry.Build) *probability {
	return live(b, "probability", func() *probability { return &probability{} })
}

func chanceFunction(name, doc string, f func(*probability, *Config) int32) registry.Function {
	return registry.Function{
		Name: name, Routes: rt.AnyRoute, Doc: doc, Source: source,
		Compile: func(b registry.Build, _ []registry.Actual) (rt.Func, error) {
			p, cfg := probabilityOf(b), b.Config("cfgutils").(*Config)
			return func(*rt.Ctx) int32 { return f(p, cfg) }, nil
		},
	}
}

// randomPV is $RANDOM.
var randomPV = registry.PV{
	Name: "RANDOM", Inner: registry.Never, Source: source + ", $RANDOM",
	Doc: "a random number from 0 to 2147483647, another one at each use",
	Bind: func(_ registry.Build, _, index string) (*registry.Var, error) {
		if index != "" {
			return nil, fmt.Errorf("$RANDOM has no index")
		}
		return &registry.Var{Name: "RANDOM", Kind: value.Int, Get: func(*rt.Ctx) value.Value {
			return value.FromInt(int64(rand.Uint32() & math.MaxInt32))
		}}, nil
	},
}
