import FleetDocuments
import FleetModel
import Testing

/// What is refused, or warned about, in a rollout strategy, with the exact words.
struct RolloutRefusalTests {
  @Test("R2 what makes no sense is refused, or warned of, with its path", arguments: cases)
  func refuses(_ refusal: Refusal) {
    #expect(refusal.found == refusal.expected)
  }

  static let cases: [Refusal] = [
    Refusal(
      "no stage", fleetSet(rollout: "  rollout: {stages: []}\n"),
      """
      f.yaml:12:21  spec.rollout.stages: there is no stage
                    leave stages out for one stage with maxConcurrent 25%
      """),
    Refusal(
      "stage without name", stages("    - {rest: true}\n"),
      """
      f.yaml:14:7  spec.rollout.stages[0].name: is missing
      """),
    Refusal(
      "stage without selection", stages("    - {name: a}\n"),
      """
      f.yaml:14:7  spec.rollout.stages[0]: the stage does not say which clusters it takes
                   give one of clusters, targets, count, percent, rest
      """),
    Refusal(
      "stage with two selections", stages("    - {name: a, count: 1, rest: true}\n"),
      """
      f.yaml:14:7  spec.rollout.stages[0]: the stage says in 2 ways which clusters it takes
                   give one of clusters, targets, count, percent, rest
      """),
    Refusal(
      "stages with one name", stages("    - {name: a, count: 1}\n    - {name: a, rest: true}\n"),
      """
      f.yaml:15:7  spec.rollout.stages[1]: the name "a" is taken by spec.rollout.stages[0]
                   give each stage a name of its own
      """),
    Refusal(
      "stages that overlap",
      stages(
        "    - {name: a, clusters: {matchLabels: {tier: gold}}}\n    - {name: b, clusters: {matchLabels: {region: eu}}}\n"
          + "    - {name: c, clusters: {matchLabels: {tier: silver, region: us}}}\n    - {name: d, rest: true}\n"),
      """
      f.yaml:15:27  warning: spec.rollout.stages[1].clusters: what has the labels of both stages goes with "a", which is declared first
      """),
    Refusal(
      "stages that nothing is left for",
      stages(
        "    - {name: a, clusters: {matchExpressions: [{key: region, operator: In, values: [eu, us]}]}}\n"
          + "    - {name: b, clusters: {matchLabels: {region: eu, tier: gold}}}\n    - {name: c, rest: true}\n"),
      """
      f.yaml:15:27  spec.rollout.stages[1].clusters: nothing is left for this stage: "a", declared before it, takes all that it selects
                    declare "b" before "a", or give it other labels
      """),
    Refusal(
      "names in two stages",
      stages(
        "    - {name: a, clusters: [eu-1, eu-2]}\n    - {name: b, clusters: [eu-2, eu-3]}\n    - {name: c, clusters: [eu-1]}\n"
      ),
      """
      f.yaml:15:27  warning: spec.rollout.stages[1].clusters: eu-2 goes with "a", which is declared first
      f.yaml:16:27  spec.rollout.stages[2].clusters: nothing is left for this stage: eu-1 goes with "a"
                    name each cluster in one stage
      """),
    Refusal(
      "concurrency 0", stages("    - {name: a, rest: true, maxConcurrent: 0}\n"),
      """
      f.yaml:14:44  spec.rollout.stages[0].maxConcurrent: 0 would never start a cluster
                    give a number from 1, or a percentage from 1% to 100%
      """),
    Refusal(
      "concurrency 0%", stages("    - {name: a, rest: true, maxConcurrent: \"0%\"}\n"),
      """
      f.yaml:14:44  spec.rollout.stages[0].maxConcurrent: "0%" would never start a cluster
                    give a number from 1, or a percentage from 1% to 100%
      """),
    Refusal(
      "concurrency negative", stages("    - {name: a, rest: true, maxConcurrent: -1}\n"),
      """
      f.yaml:14:44  spec.rollout.stages[0].maxConcurrent: -1 is negative
                    give a number from 1, or a percentage from 1% to 100%
      """),
    Refusal(
      "concurrency above all", stages("    - {name: a, rest: true, maxConcurrent: 101%}\n"),
      """
      f.yaml:14:44  spec.rollout.stages[0].maxConcurrent: "101%" is more than all clusters
                    give a number from 1, or a percentage from 1% to 100%
      """),
    Refusal(
      "concurrency no number", stages("    - {name: a, rest: true, maxConcurrent: many}\n"),
      """
      f.yaml:14:44  spec.rollout.stages[0].maxConcurrent: "many" is neither a number nor a percentage
                    give a number from 1, or a percentage from 1% to 100%
      """),
    Refusal(
      "concurrency decimal", stages("    - {name: a, rest: true, maxConcurrent: 1.5}\n"),
      """
      f.yaml:14:44  spec.rollout.stages[0].maxConcurrent: expected a number or a percentage, found 1.5
                    give a number from 1, or a percentage from 1% to 100%
      """),
    Refusal(
      "budget", stages("    - {name: a, rest: true, budgets: {failures: -1, unreachable: 200%}}\n"),
      """
      f.yaml:14:49  spec.rollout.stages[0].budgets.failures: -1 is negative
                    give a number from 0, or a percentage from 0% to 100%
      f.yaml:14:66  spec.rollout.stages[0].budgets.unreachable: "200%" is more than all clusters
                    give a number from 0, or a percentage from 0% to 100%
      """),
    Refusal(
      "count 0", stages("    - {name: a, count: 0}\n    - {name: b, rest: true}\n"),
      """
      f.yaml:14:24  spec.rollout.stages[0].count: 0 is out of range
                    give an integer from 1
      """),
    Refusal(
      "percent as text", stages("    - {name: a, percent: \"5\"}\n    - {name: b, rest: true}\n"),
      """
      f.yaml:14:26  spec.rollout.stages[0].percent: "5" is not a percentage
                    give a percentage from 1% to 100%
      """),
    Refusal(
      "percent 0", stages("    - {name: a, percent: 0%}\n    - {name: b, rest: true}\n"),
      """
      f.yaml:14:26  spec.rollout.stages[0].percent: "0%" takes no cluster
                    give a percentage from 1% to 100%
      """),
    Refusal(
      "shares above 100",
      stages("    - {name: a, percent: 10%}\n    - {name: b, percent: 50%}\n    - {name: c, percent: 100%}\n"),
      """
      f.yaml:16:26  spec.rollout.stages[2].percent: with 100% the shares of the stages add up to 160%
                    each percent is the stage's own share, not a running sum; they may add up to at most 100%
      """),
    Refusal(
      "shares below 100", stages("    - {name: a, percent: 10%}\n    - {name: b, percent: 50%}\n"),
      """
      f.yaml:14:5  spec.rollout.stages: the shares of the stages add up to 60%, so that some clusters would be in no stage
                   add {name: rest, rest: true} at the end, or let them add up to 100%
      """),
    Refusal(
      "after rest", stages("    - {name: a, rest: true}\n    - {name: b, count: 1}\n"),
      """
      f.yaml:15:24  spec.rollout.stages[1].count: nothing is left after the stage "a", which takes the rest
                    put the stage with rest: true last
      """),
    Refusal(
      "two rests", stages("    - {name: a, rest: true}\n    - {name: b, rest: true}\n"),
      """
      f.yaml:15:23  spec.rollout.stages[1].rest: nothing is left after the stage "a", which takes the rest
      """),
    Refusal(
      "rest false", stages("    - {name: a, rest: false}\n"),
      """
      f.yaml:14:23  spec.rollout.stages[0].rest: must be true, or be left out
      """),
    Refusal(
      "min ready", stages("    - {name: a, rest: true, minReady: 10m}\n"),
      """
      f.yaml:14:39  spec.rollout.stages[0].minReady: no step could succeed: minReady 10m is not shorter than progressDeadline 10m
                    give a longer progressDeadline, or a shorter minReady
      """),
    Refusal(
      "fail fast", stages("    - {name: a, rest: true, failFast: 5m, progressDeadline: 5m}\n"),
      """
      f.yaml:14:39  spec.rollout.stages[0].failFast: failFast 5m is not shorter than progressDeadline 5m
                    give a longer progressDeadline, or a shorter failFast
      """),
    Refusal(
      "deadline below defaults", stages("    - {name: a, rest: true, progressDeadline: 5s}\n"),
      """
      f.yaml:14:47  spec.rollout.stages[0].progressDeadline: no step could succeed: minReady 10s is not shorter than progressDeadline 5s
                    give a longer progressDeadline, or a shorter minReady
      f.yaml:14:47  spec.rollout.stages[0].progressDeadline: failFast 2m is not shorter than progressDeadline 5s
                    give a longer progressDeadline, or a shorter failFast
      """),
    Refusal(
      "unreachable after", stages("    - {name: a, rest: true, unreachableAfter: 45s}\n"),
      """
      f.yaml:14:47  spec.rollout.stages[0].unreachableAfter: 45s is too short: a cluster is silent only after 45s
                    give more than 45s
      """),
    Refusal(
      "duration", stages("    - {name: a, rest: true, soak: 1 day}\n"),
      """
      f.yaml:14:35  spec.rollout.stages[0].soak: "1 day" is not a duration of at most 30 days
                    write it like 90s, 10m or 1h30m, from 0s to 30 days
      """),
    Refusal(
      "duration too long", stages("    - {name: a, rest: true, soak: 721h}\n"),
      """
      f.yaml:14:35  spec.rollout.stages[0].soak: "721h" is not a duration of at most 30 days
                    write it like 90s, 10m or 1h30m, from 0s to 30 days
      """),
    Refusal(
      "unknown policy", stages("    - {name: a, rest: true, unreachable: skipp}\n"),
      """
      f.yaml:14:42  spec.rollout.stages[0].unreachable: "skipp" is not known
                    did you mean "skip"? give one of hold, skip, fail
      """),
    Refusal(
      "windows", stages("    - {name: a, rest: true, windows: [Office, b, b], before: [{window: b}]}\n"),
      """
      f.yaml:14:39  spec.rollout.stages[0].windows[0]: "Office" is not a name
                    use lower-case letters, digits, "-" and ".", at most 63, with a letter or digit at both ends
      f.yaml:14:50  spec.rollout.stages[0].windows[2]: window "b" is named twice
      f.yaml:14:64  spec.rollout.stages[0].before[0].window: not available in this version
                    windows is a field of the stage: windows: [NAME]
      """),
    Refusal(
      "gates",
      stages(
        "    - {name: a, rest: true, before: [{analysis: X}, {http: {url: here}}, {}, {approvals: {}}, {analysis: x, approval: {}}]}\n"
      ),
      """
      f.yaml:14:49  spec.rollout.stages[0].before[0].analysis: "X" is not a name
                    use lower-case letters, digits, "-" and ".", at most 63, with a letter or digit at both ends
      f.yaml:14:66  spec.rollout.stages[0].before[1].http.url: is no address of a server
                    write it like https://checks.example.com/release
      f.yaml:14:74  spec.rollout.stages[0].before[2]: no gate is given
                    write approval: {}, analysis: NAME or http: {url: …}
      f.yaml:14:79  spec.rollout.stages[0].before[3].approvals: unknown field; did you mean "approval"?
      f.yaml:14:95  spec.rollout.stages[0].before[4]: several gates are in one entry
                    give each an entry of its own
      """),
    Refusal(
      "measured gates",
      stages(
        "    - {name: a, rest: true, after: [{http: {url: \"https://a/{{relase}}\", interval: 0s, onNoData: pass, counts: 1}}]}\n"
      ),
      """
      f.yaml:14:50  spec.rollout.stages[0].after[0].http.url: {{relase}} is not known
                    did you mean {{release}}? there are {{project}}, {{fleetSet}}, {{rollout}}, {{stage}}, {{release}}
      f.yaml:14:84  spec.rollout.stages[0].after[0].http.interval: "0s" is out of range
                    write it like 90s, 10m or 1h30m, from 1s to 30 days
      f.yaml:14:98  spec.rollout.stages[0].after[0].http.onNoData: "pass" is not known
                    give one of halt, fail, wait
      f.yaml:14:104  spec.rollout.stages[0].after[0].http.counts: unknown field; did you mean "count"?
      """),
    Refusal(
      "approval", stages("    - {name: a, rest: true, before: [{approval: {count: 0, group: [sre]}}]}\n"),
      """
      f.yaml:14:57  spec.rollout.stages[0].before[0].approval.count: 0 is out of range
                    give an integer from 1 to 100
      f.yaml:14:60  spec.rollout.stages[0].before[0].approval.group: unknown field; did you mean "groups"?
      """),
    Refusal(
      "scene 5",
      stages(
        "    - {name: a, count: 1}\n    - {name: b, count: 1, maxConcurrent: \"0%\"}\n    - name: c\n      cluster: {}\n"
      ),
      """
      f.yaml:15:42  spec.rollout.stages[1].maxConcurrent: "0%" would never start a cluster
                    give a number from 1, or a percentage from 1% to 100%
      f.yaml:17:7  spec.rollout.stages[2].cluster: unknown field; did you mean "clusters"?
      """),
    Refusal(
      "catching up, unhealthy clusters, superseding",
      fleetSet(rollout: "  rollout: {catchUp: {maxConcurrent: 0}, alreadyUnhealthy: last, supersede: always}\n"),
      """
      f.yaml:12:38  spec.rollout.catchUp.maxConcurrent: 0 is out of range
                    give an integer from 1
      f.yaml:12:60  spec.rollout.alreadyUnhealthy: "last" is not known
                    give one of inOrder, first, exclude
      f.yaml:12:77  warning: spec.rollout.supersede: has no effect with onNewRevision: coalesce
      """),
    Refusal(
      "deletions", fleetSet(rollout: "  rollout: {budgets: {deletions: 10}}\n"),
      """
      f.yaml:12:23  spec.rollout.budgets.deletions: unknown field; here it is called "removals"
      """),
    Refusal(
      "limits", fleetSet(rollout: "  rollout: {limits: [{label: region}, {label: region, maxInFlight: 0}]}\n"),
      """
      f.yaml:12:22  spec.rollout.limits[0].maxInFlight: is missing
                    give an integer from 1
      f.yaml:12:47  spec.rollout.limits[1].label: "region" is limited twice
      f.yaml:12:68  spec.rollout.limits[1].maxInFlight: 0 is out of range
                    give an integer from 1
      """),
    Refusal(
      "on failure", fleetSet(rollout: "  rollout: {onFailure: rolback}\n"),
      """
      f.yaml:12:24  spec.rollout.onFailure: "rolback" is not known
                    did you mean "rollback"? give one of pause, rollback, abort
      """),
    Refusal(
      "scope without rollback", fleetSet(rollout: "  rollout: {onFailure: {action: pause, scope: stage}}\n"),
      """
      f.yaml:12:47  warning: spec.rollout.onFailure.scope: has no effect with action: pause
      """),
    Refusal(
      "membership", fleetSet(rollout: "  rollout: {membership: never, onNewRevision: 1}\n"),
      """
      f.yaml:12:25  spec.rollout.membership: "never" is not known
                    give one of afterRun, lastPassedStage, intoStage, abort
      f.yaml:12:47  spec.rollout.onNewRevision: 1 is not known
                    give one of reject, queue, coalesce, supersede
      """),
    Refusal(
      "budget above the run's",
      fleetSet(
        rollout: "  rollout: {budgets: {failures: 2}, stages: [{name: a, rest: true, budgets: {failures: 3}}]}\n"),
      """
      f.yaml:12:88  warning: spec.rollout.stages[0].budgets.failures: 3 is more than the 2 that the whole run allows
                    the run's budget rollout.budgets.failures stops first
      """),
  ]
}
