import FleetDocuments
import FleetModel
import Testing

/// What is refused in generators, templates and sync, with the exact words.
struct FleetSetRefusalTests {
  @Test(arguments: cases) func refuses(_ refusal: Refusal) {
    #expect(refusal.found == refusal.expected)
  }

  static let cases: [Refusal] = [
    Refusal(
      "no generators", fleetSet(generators: ""),
      """
      f.yaml:5:3  spec.generators: is missing
      """),
    Refusal(
      "empty generators", fleetSet(generators: "  generators: []\n"),
      """
      f.yaml:5:15  spec.generators: there is no generator, so that there would be no target
      """),
    Refusal(
      "two generators", fleetSet(generators: "  generators:\n  - {clusters: {}, list: {elements: []}}\n"),
      """
      f.yaml:6:5  spec.generators[0]: an entry has one generator, found 2
                  give one of list, clusters, git, scmProvider, clusterDecisionResource, pullRequest, matrix, merge, plugin; write several entries to join their results
      """),
    Refusal(
      "no generator", fleetSet(generators: "  generators:\n  - {selector: {}}\n"),
      """
      f.yaml:6:5  spec.generators[0]: no generator is given
                  give one of list, clusters, git, scmProvider, clusterDecisionResource, pullRequest, matrix, merge, plugin; write several entries to join their results
      """),
    Refusal(
      "children",
      fleetSet(
        generators:
          "  generators:\n  - matrix: {generators: [{clusters: }]}\n  - merge: {mergeKeys: [], generators: [{clusters: {}}]}\n  - matrix: {generators: [{clusters: {}, list: {elements: []}}, {clusters: {}}, {onError: isolate}]}\n"
      ),
      """
      f.yaml:6:26  spec.generators[0].matrix.generators: a matrix combines two generators, found 1
      f.yaml:7:24  spec.generators[1].merge.mergeKeys: there is no key, so that nothing would belong together
      f.yaml:7:40  spec.generators[1].merge.generators: a merge has a base and what overrides it, found 1 generators
      f.yaml:8:27  spec.generators[2].matrix.generators[0]: an entry has one generator, found 2
                   give one of list, clusters, git, scmProvider, clusterDecisionResource, pullRequest, matrix, merge, plugin; write several entries to join their results
      f.yaml:8:81  spec.generators[2].matrix.generators[2]: no generator is given
                   give one of list, clusters, git, scmProvider, clusterDecisionResource, pullRequest, matrix, merge, plugin; write several entries to join their results
      f.yaml:8:82  spec.generators[2].matrix.generators[2].onError: unknown field
                   known here: clusterDecisionResource, clusters, git, list, matrix, merge, plugin, pullRequest, scmProvider, selector
      """),
    Refusal(
      "charts and values",
      fleetSet().replacing(
        "path: base",
        with: "path: base, helm: {values: 3, valueFils: [], parameters: [{value: a}]}, substitute: {a-b: c}"
      ),
      """
      f.yaml:10:61  spec.template.spec.source.helm.values: expected a map of values, or a text that holds one, found 3
      f.yaml:10:64  spec.template.spec.source.helm.valueFils: unknown field; did you mean "valueFiles"?
      f.yaml:10:92  spec.template.spec.source.helm.parameters[0].name: is missing
      f.yaml:10:118  spec.template.spec.source.substitute: "a-b" cannot stand in ${…}
                     give letters, digits and "_", not a digit first
      """),
    Refusal(
      "overrides",
      fleetSet()
        + """
          overrides:
            - {name: a, clusters: {}}
            - {name: a, clusters: {matchLabels: {a: b}}, images: [{name: web}], replicas: [{name: web, count: -1}]}
            - {clusters: {}, patches: [{patch: [{op: remove, path: /a}]}, {patch: "{"}], value: {}}

        """,
      """
      f.yaml:13:7  spec.overrides[0]: changes nothing
                   give it patches, images, replicas or values
      f.yaml:14:7  spec.overrides[1]: a second override is called "a"
                   give each a name of its own
      f.yaml:14:59  spec.overrides[1].images[0]: changes nothing
                    give it newName, newTag or digest
      f.yaml:14:103  spec.overrides[1].replicas[0].count: -1 is out of range
                     give an integer from 0 to 1000000
      f.yaml:15:7  spec.overrides[2].name: is missing
                   messages about it say its name
      f.yaml:15:32  spec.overrides[2].patches[0]: a list of operations needs a target
                    say what it changes: target: {kind: Deployment, name: web}
      f.yaml:15:75  spec.overrides[2].patches[1].patch: is no YAML: did not find expected node content, in line 2 of the patch
      f.yaml:15:82  spec.overrides[2].value: unknown field; did you mean "values"?
      """),
    Refusal(
      "git", fleetSet(generators: "  generators:\n  - git: {repository: shop, globbing: glob}\n"),
      """
      f.yaml:6:10  spec.generators[0].git: neither directories nor files are given
                   give patterns of one of them
      f.yaml:6:39  spec.generators[0].git.globbing: "glob" is not known
                   give one of greedy, doublestar
      """),
    Refusal(
      "providers",
      fleetSet(
        generators:
          "  generators:\n  - scmProvider: {github: {org: a}, gitlab: {group: b, insecure: \"no\"}}\n  - pullRequest: {}\n  - plugin: {configMapRef: {}, input: {parameters: [1]}}\n  - clusterDecisionResource: {configMapRef: a}\n"
      ),
      """
      f.yaml:6:18  spec.generators[0].scmProvider: 2 providers are given
                   give exactly one of github, gitlab, gitea, bitbucket, bitbucketServer, azureDevOps, awsCodeCommit
      f.yaml:6:27  spec.generators[0].scmProvider.github.organization: is missing
      f.yaml:6:28  spec.generators[0].scmProvider.github.org: unknown field
                   known here: allBranches, api, appSecretName, excludeArchivedRepos, organization, tokenRef
      f.yaml:7:18  spec.generators[1].pullRequest: no provider is given
                   give one of github, gitlab, gitea, bitbucketServer, bitbucket, azuredevops
      f.yaml:8:28  spec.generators[2].plugin.configMapRef.name: is missing
      f.yaml:8:52  spec.generators[2].plugin.input.parameters: expected a map, found a list
      f.yaml:9:30  spec.generators[3].clusterDecisionResource: give exactly one of name and labelSelector
                   they say which resources are read
      """),
    Refusal(
      "list values", fleetSet(generators: "  generators:\n  - list: {elements: [{cluster: a, replicas: 3}, b]}\n"),
      """
      f.yaml:6:46  spec.generators[0].list.elements[0].replicas: expected a text, found 3
                   put it in quotes, or set goTemplate: true to use values of any type
      f.yaml:6:50  spec.generators[0].list.elements[1]: expected a map of parameters, found "b"
      """),
    Refusal(
      "selector",
      fleetSet(
        generators: """
            generators:
            - clusters:
                selector:
                  matchLabel: {a: b}
                  matchExpressions:
                  - {key: a, operator: in, values: [b]}
                  - {key: a, operator: In}
                  - {key: a, operator: Exists, values: [b]}
                  - {key: "a b", operator: Exists}

          """),
      """
      f.yaml:8:9  spec.generators[0].clusters.selector.matchLabel: unknown field; did you mean "matchLabels"?
      f.yaml:10:30  spec.generators[0].clusters.selector.matchExpressions[0].operator: "in" is not known
                    did you mean "In"? give one of In, NotIn, Exists, DoesNotExist
      f.yaml:11:11  spec.generators[0].clusters.selector.matchExpressions[1]: In needs at least one value in "values"
      f.yaml:12:46  spec.generators[0].clusters.selector.matchExpressions[2].values: Exists takes no values
      f.yaml:13:17  spec.generators[0].clusters.selector.matchExpressions[3].key: "a b" is not a label's key
                    use letters, digits, "-", "_" and ".", at most 63, optionally after a domain and "/"
      """),
    Refusal(
      "options", fleetSet(extra: "  goTemplate: true\n  goTemplateOptions: [missingkey=panic]\n"),
      """
      f.yaml:13:23  spec.goTemplateOptions[0]: "missingkey=panic" is not an option of Go templates
                    give one of missingkey=default, missingkey=invalid, missingkey=zero, missingkey=error
      """),
    Refusal(
      "strategy of Argo CD", fleetSet(extra: "  strategy: {}\n"),
      """
      f.yaml:12:3  spec.strategy: unknown field; here it is called "rollout"
      """),
    Refusal(
      "sync options", fleetSet(extra: "  sync: {options: [Prune=never]}\n"),
      """
      f.yaml:12:20  spec.sync.options[0]: expected one of Prune=true|false|confirm, Delete=true|false|confirm, PruneLast=true|false, Replace=true|false, Force=true|false, SkipDryRunOnMissingResource=true|false, FailOnSharedResource=true|false, RespectIgnoreDifferences=true|false, Conflicts=takeOver|fail|leave, found "Prune=never"
      """),
    Refusal(
      "ignored differences and health",
      fleetSet(
        extra:
          "  sync: {ignoreDifferences: [{kind: Deployment}, {jsonPointers: [spec], jqPathExpressions: ['.spec | keys'], kind: A}]}\n  health: [{kind: B, rules: [{when: .a =, health: Missing}]}]\n"
      ),
      """
      f.yaml:12:30  spec.sync.ignoreDifferences[0]: names no field
                    give one of jsonPointers, jqPathExpressions, managedFieldsManagers
      f.yaml:12:66  spec.sync.ignoreDifferences[1].jsonPointers[0]: expected a JSON pointer, such as /spec/replicas, found "spec"
      f.yaml:12:93  spec.sync.ignoreDifferences[1].jqPathExpressions[0]: ".spec | keys": "keys" at character 9 is not understood
                    understood are .name, .["name"], [0], [], |, select(…), ==, !=, <, <=, >, >=, and, or, not, startswith, endswith, contains, has
      f.yaml:13:37  spec.health[0].rules[0].when: ".a =": "=" at character 4 is not understood
                    understood are .name, .["name"], [0], [], |, select(…), ==, !=, <, <=, >, >=, and, or, not, startswith, endswith, contains, has
      f.yaml:13:51  spec.health[0].rules[0].health: "Missing" is what is not there, which no rule can see
                    give Progressing or Degraded
      """),
    Refusal(
      "sync", fleetSet(extra: "  sync: {prune: \"yes\", selfheal: true}\n"),
      """
      f.yaml:12:17  spec.sync.prune: expected true or false, found "yes"
                    write it without quotes
      f.yaml:12:24  spec.sync.selfheal: unknown field; did you mean "selfHeal"?
      """),
    Refusal(
      "path",
      "apiVersion: flotilla.dev/v1\nkind: FleetSet\nmetadata: {name: a}\nspec:\n  generators: [{clusters: }]\n  template:\n    metadata: {}\n    spec:\n      source: {repoURL: a, targetRevision: b, path: ../x}\n      destination: {name: a, server: b}\n",
      """
      f.yaml:7:15  spec.template.metadata.name: is missing
                   a template such as "{{name}}-web"
      f.yaml:9:16  spec.template.spec.source.repoURL: unknown field; here it is called "repository"
      f.yaml:9:28  spec.template.spec.source.targetRevision: unknown field; here it is called "revision"
      f.yaml:9:53  spec.template.spec.source.path: "../x" leaves the repository
                   give a path from the repository's root, without ".."
      f.yaml:10:21  spec.template.spec.destination.name: unknown field; here it is called "cluster"
      f.yaml:10:30  spec.template.spec.destination.server: not available in this version
                    name the cluster: destination.cluster
      """),
    Refusal(
      "revision",
      fleetSet(
        generators:
          "  generators:\n  - git: {repository: shop, revision: {branch: a, tag: b}, directories: [{path: x}]}\n  - git: {repository: shop, revision: 1.0, directories: []}\n  - git: {repository: shop, revision: {commit: abc}, directories: [{}]}\n"
      ),
      """
      f.yaml:6:39  spec.generators[0].git.revision: a revision has exactly one field, found 2
                   write a branch, tag or commit, or one of {branch: …}, {tag: …}, {semver: …}, {commit: …}
      f.yaml:7:39  spec.generators[1].git.revision: expected a revision, found 1
                   put it in quotes
      f.yaml:7:57  spec.generators[1].git.directories: the list is empty, so that nothing would match
      f.yaml:8:48  spec.generators[2].git.revision.commit: "abc" is not a full commit
                   give all 40 (or 64) hexadecimal characters, in lower case
      f.yaml:8:68  spec.generators[2].git.directories[0].path: is missing
      """),
    Refusal(
      "nothing in a generator", fleetSet(generators: "  generators:\n  - list:\n  - git:\n  - {}\n  - lists: {}\n"),
      """
      f.yaml:6:10  spec.generators[0].list: expected a map, found nothing
      f.yaml:7:9  spec.generators[1].git: expected a map, found nothing
      f.yaml:8:5  spec.generators[2]: no generator is given
                  give one of list, clusters, git, scmProvider, clusterDecisionResource, pullRequest, matrix, merge, plugin; write several entries to join their results
      f.yaml:9:5  spec.generators[3].lists: unknown field; did you mean "list"?
      """),
    Refusal(
      "nothing in a revision",
      fleetSet(
        generators: "  generators:\n  - git: {repository: shop, revision: {branch: }, directories: [{path: x}]}\n"),
      """
      f.yaml:6:48  spec.generators[0].git.revision.branch: expected a text, found nothing
      """),
  ]
}
