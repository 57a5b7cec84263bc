import FleetDocuments
import FleetModel
import Testing

/// What is refused in any document, in clusters and in repositories, with the exact words that a person will act on.
struct DocumentRefusalTests {
  @Test(arguments: cases) func refuses(_ refusal: Refusal) {
    #expect(refusal.found == refusal.expected)
  }

  static let cases: [Refusal] = [
    Refusal(
      "not YAML", "a: b: c\n",
      """
      f.yaml:1:5  mapping values are not allowed in this context
                  check the indentation; a text that contains ": " must be quoted
      """),
    Refusal(
      "a key twice", cluster("metadata: {name: a}\nmetadata: {name: b}\n"),
      """
      f.yaml:4:1  the key "metadata" is already set on line 3
                  remove one of them
      """),
    Refusal(
      "no document", "just text\n",
      """
      f.yaml:1:1  expected a document (a map with apiVersion, kind, metadata and spec), found "just text"
      """),
    Refusal(
      "no version", "kind: Cluster\nmetadata: {name: a}\n",
      """
      f.yaml:1:1  apiVersion: is missing
                  write apiVersion: flotilla.dev/v1
      """),
    Refusal(
      "wrong version", "apiVersion: flotilla.dev/v2\nkind: Cluster\nmetadata: {name: a}\n",
      """
      f.yaml:1:13  apiVersion: "flotilla.dev/v2" is not known
                   write apiVersion: flotilla.dev/v1
      """),
    Refusal(
      "Argo CD", "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: a}\n",
      """
      f.yaml:2:7  kind: of Argo CD's documents Flotilla reads ApplicationSets, found "AppProject"
      """),
    Refusal(
      "ApplicationSet of another version", "apiVersion: flotilla.dev/v1\nkind: ApplicationSet\nmetadata: {name: a}\n",
      """
      f.yaml:2:7  kind: "ApplicationSet" has another API version
                  write apiVersion: argoproj.io/v1alpha1
      """),
    Refusal(
      "no kind", "apiVersion: flotilla.dev/v1\nmetadata: {name: a}\n",
      """
      f.yaml:1:1  kind: is missing
                  give one of Cluster, Repository, FleetSet, Window, Freeze, Analysis, Limit
      """),
    Refusal(
      "wrong kind", "apiVersion: flotilla.dev/v1\nkind: Clutser\nmetadata: {name: a}\n",
      """
      f.yaml:2:7  kind: "Clutser" is not known
                  did you mean "Cluster"? give one of Cluster, Repository, FleetSet, Window, Freeze, Analysis, Limit
      """),
    Refusal(
      "later kind", "apiVersion: flotilla.dev/v1\nkind: Channel\nmetadata: {name: a}\n",
      """
      f.yaml:2:7  kind: "Channel" is not available in this version
                  give one of Cluster, Repository, FleetSet, Window, Freeze, Analysis, Limit
      """),
    Refusal(
      "no metadata", cluster("spec: {}\n"),
      """
      f.yaml:1:1  metadata.name: is missing
                  every document has a name
      """),
    Refusal(
      "no name", cluster("metadata: {labels: {a: b}}\n"),
      """
      f.yaml:3:11  metadata.name: is missing
                   every document has a name
      """),
    Refusal(
      "bad name", cluster("metadata: {name: Eu_1}\n"),
      """
      f.yaml:3:18  metadata.name: "Eu_1" is not a name
                   use lower-case letters, digits, "-" and ".", at most 63, with a letter or digit at both ends
      """),
    Refusal(
      "name is a number", cluster("metadata: {name: 1}\n"),
      """
      f.yaml:3:18  metadata.name: expected a text, found 1
                   put it in quotes
      """),
    Refusal(
      "namespace", cluster("metadata: {name: a, namespace: b}\n"),
      """
      f.yaml:3:21  metadata.namespace: unknown field; here it is called "project"
      """),
    Refusal(
      "unknown top field", cluster("metadata: {name: a}\nspecs: {}\n"),
      """
      f.yaml:4:1  specs: unknown field; did you mean "spec"?
      """),
    Refusal(
      "label is no text", cluster("metadata: {name: a, labels: {canary: true}}\n"),
      """
      f.yaml:3:38  metadata.labels.canary: expected a text, found true
                   put it in quotes
      """),
    Refusal(
      "label is bad", cluster("metadata: {name: a, labels: {a/b/c: x, b: \"x y\"}}\n"),
      """
      f.yaml:3:30  metadata.labels["a/b/c"]: the key is not valid
                   use letters, digits, "-", "_" and ".", at most 63, optionally after a domain and "/"
      f.yaml:3:43  metadata.labels.b: "x y" is not a label's value
                   use letters, digits, "-", "_" and ".", at most 63, with a letter or digit at both ends
      """),
    Refusal(
      "connection", cluster("metadata: {name: a}\nspec: {connection: push}\n"),
      """
      f.yaml:4:20  spec.connection: "push" is not known
                   write agent, or kubeconfig: {credential: NAME}
      """),
    Refusal(
      "kubeconfig", cluster("metadata: {name: a}\nspec: {connection: {kubeconfig: {}}}\n"),
      """
      f.yaml:4:33  spec.connection.kubeconfig.credential: is missing
                   the name of a kubeconfig stored with: flotilla credential set NAME
      """),
    Refusal(
      "no url", repository(""),
      """
      f.yaml:4:7  spec.url: is missing
                  give a URL with https://, http://, ssh:// or file://, or user@host:path
      """),
    Refusal(
      "password in url", repository("url: \"https://kim:secret@example.com/a.git\""),
      """
      f.yaml:4:13  spec.url: the URL contains a password
                   store it with: flotilla credential set NAME, and name it in credential
      """),
    Refusal(
      "folder as url", repository("url: /srv/shop.git"),
      """
      f.yaml:4:13  spec.url: "/srv/shop.git" is not a Git URL
                   write file:///srv/shop.git for a folder
      """),
    Refusal(
      "scheme of url", repository("url: \"git://example.com/a.git\""),
      """
      f.yaml:4:13  spec.url: "git://" is not supported
                   give a URL with https://, http://, ssh:// or file://, or user@host:path
      """),
    Refusal(
      "registry without its scheme", repository("type: helm, url: ghcr.io/shop/charts, enableOCI: true"),
      """
      f.yaml:4:25  spec.url: "ghcr.io/shop/charts" is not a URL of charts
                   write oci://ghcr.io/shop/charts for a registry, else https://ghcr.io/shop/charts
      f.yaml:4:46  spec.enableOCI: not available in this version
                   a registry is told by its URL: oci://HOST/PATH
      """),
    Refusal(
      "charts over ssh", repository("type: helm, url: \"ssh://example.com/charts\""),
      """
      f.yaml:4:25  spec.url: "ssh://" is not supported
                   give a URL with https:// or http://, or oci:// for a registry
      """),
    Refusal(
      "poll interval", repository("url: \"file:///srv/a.git\", pollInterval: 100ms"),
      """
      f.yaml:4:48  spec.pollInterval: "100ms" is out of range
                   write it like 90s, 10m or 1h30m, from 1s to 24h
      """),
    Refusal(
      "duration without unit", repository("url: \"git@example.com:a.git\", pollInterval: 60"),
      """
      f.yaml:4:52  spec.pollInterval: expected a duration, found 60
                   write it like 90s, 10m or 1h30m, from 1s to 24h
      """),
    Refusal(
      "repoURL", repository("repoURL: \"https://example.com/a.git\", url: \"https://example.com/a.git\""),
      """
      f.yaml:4:8  spec.repoURL: unknown field; here it is called "url"
      """),
    Refusal(
      "mistyped", cluster("metadata: {nam: a}\n"),
      """
      f.yaml:3:12  metadata.nam: unknown field; did you mean "name"?
      """),
    Refusal(
      "twice", cluster("metadata: {name: a}\n---\n") + cluster("metadata: {name: a}\n"),
      """
      f.yaml:7:18  metadata.name: Cluster "a" is already described at f.yaml:1
                   remove one of them, or give it another name
      """),
  ]
}
