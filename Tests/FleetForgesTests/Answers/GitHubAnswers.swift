import FleetTestSupport

/// Answers of GitHub's REST API, composed field by field from its reference (version 2022-11-28).
enum GitHubAnswers {
  /// Limits as "Rate limits for the REST API" describes them:
  /// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  static let limits = [
    "content-type": "application/json; charset=utf-8", "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4987",
    "x-ratelimit-reset": "1350085394", "x-ratelimit-resource": "core", "x-ratelimit-used": "13",
  ]

  /// Three pages and an empty last one. The links lead to `/organizations/ID`, as GitHub's own do:
  /// https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
  /// https://docs.github.com/en/rest/repos/repos#list-organization-repositories
  static let repositories: [Answer] = [
    Answer(
      "GET /api/v3/orgs/octo-org/repos?per_page=100",
      headers: limits + [
        "link":
          #"<{base}/api/v3/organizations/6811672/repos?per_page=100&page=2>; rel="next", <{base}/api/v3/organizations/6811672/repos?per_page=100&page=4>; rel="last""#
      ],
      body: "[\(repository(1_296_269, "Hello-World", topics: ["octocat", "atom", "api"]))]"),
    Answer(
      "GET /api/v3/organizations/6811672/repos?per_page=100&page=2",
      headers: limits + [
        "link":
          #"<{base}/api/v3/organizations/6811672/repos?per_page=100&page=1>; rel="prev", <{base}/api/v3/organizations/6811672/repos?per_page=100&page=3>; rel="next", <{base}/api/v3/organizations/6811672/repos?per_page=100&page=4>; rel="last""#
      ],
      body:
        "[\(repository(1_296_270, "octo-archive", isArchived: true)), \(repository(1_296_271, "octo-deploy", branch: "trunk"))]"
    ),
    Answer(
      "GET /api/v3/organizations/6811672/repos?per_page=100&page=3",
      headers: limits + [
        "link":
          #"<{base}/api/v3/organizations/6811672/repos?per_page=100&page=2>; rel="prev", <{base}/api/v3/organizations/6811672/repos?per_page=100&page=4>; rel="next""#
      ],
      body: "[\(repository(1_296_272, "octo-empty"))]"),
    Answer("GET /api/v3/organizations/6811672/repos?per_page=100&page=4", headers: limits, body: "[]"),
  ]

  /// A "Minimal Repository" of the same page; the fields that are not looked at are there as well.
  static func repository(
    _ id: Int, _ name: String, branch: String = "main", topics: [String] = [], isArchived: Bool = false
  ) -> String {
    #"""
    {"id": \#(id), "node_id": "MDEwOlJlcG9zaXRvcnkxMjk2MjY5", "name": "\#(name)", "full_name": "octo-org/\#(name)",
     "owner": {"login": "octo-org", "id": 6811672, "type": "Organization", "site_admin": false},
     "private": false, "html_url": "https://github.com/octo-org/\#(name)", "description": null, "fork": false,
     "url": "https://api.github.com/repos/octo-org/\#(name)",
     "branches_url": "https://api.github.com/repos/octo-org/\#(name)/branches{/branch}",
     "git_url": "git:github.com/octo-org/\#(name).git", "ssh_url": "git@github.com:octo-org/\#(name).git",
     "clone_url": "https://github.com/octo-org/\#(name).git", "mirror_url": null, "homepage": null, "language": null,
     "forks_count": 9, "stargazers_count": 80, "size": 108, "default_branch": "\#(branch)", "open_issues_count": 0,
     "is_template": false, "topics": [\#(topics.map { "\"\($0)\"" }.joined(separator: ", "))], "has_issues": true,
     "archived": \#(isArchived), "disabled": false, "visibility": "public", "pushed_at": "2011-01-26T19:06:43Z",
     "permissions": {"admin": false, "push": false, "pull": true}}
    """#
  }

  /// https://docs.github.com/en/rest/branches/branches#get-a-branch, of a repository without commits:
  /// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
  static let defaultBranches: [Answer] = [
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/branches/main", headers: limits,
      body: branch("main", "c5b97d5ae6c19d5c5df71a34c7fbeeda2479ccbc")),
    Answer(
      "GET /api/v3/repos/octo-org/octo-deploy/branches/trunk", headers: limits,
      body: branch("trunk", "6dcb09b5b57875f334f61aebed695e2e4193db5e")),
    Answer(
      "GET /api/v3/repos/octo-org/octo-empty/branches/main", status: 404, headers: limits,
      body:
        #"{"message": "Branch not found", "documentation_url": "https://docs.github.com/rest/branches/branches#get-a-branch", "status": "404"}"#
    ),
  ]

  static func branch(_ name: String, _ commit: String) -> String {
    #"""
    {"name": "\#(name)", "commit": {"sha": "\#(commit)", "node_id": "MDY6Q29tbWl0", "url": "https://api.github.com/repos/octo-org/x/commits/\#(commit)"},
     "protected": true, "protection_url": "https://api.github.com/repos/octo-org/x/branches/\#(name)/protection"}
    """#
  }

  /// https://docs.github.com/en/rest/branches/branches#list-branches
  static let allBranches: [Answer] = [
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/branches?per_page=100",
      headers: limits + ["link": #"<{base}/api/v3/repositories/1296269/branches?per_page=100&page=2>; rel="next""#],
      body: "[\(branch("main", "c5b97d5ae6c19d5c5df71a34c7fbeeda2479ccbc"))]"),
    Answer(
      "GET /api/v3/repositories/1296269/branches?per_page=100&page=2", headers: limits,
      body: "[\(branch("feature/a b", "6dcb09b5b57875f334f61aebed695e2e4193db5e"))]"),
  ]

  /// https://docs.github.com/en/rest/repos/contents#get-repository-content
  static let contents: [Answer] = [
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/contents/deploy/a%20b.yaml?ref=main", headers: limits,
      body:
        #"{"type": "file", "encoding": "base64", "size": 5362, "name": "a b.yaml", "path": "deploy/a b.yaml", "content": "", "sha": "3d21ec53a331a6f037a91c368710b99387d012c1"}"#
    ),
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/contents/missing?ref=main", status: 404, headers: limits,
      body: #"{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}"#),
  ]

  /// https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
  static let pullRequests: [Answer] = [
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100",
      headers: limits + ["link": #"<{base}/api/v3/repositories/1296269/pulls?per_page=100&page=2>; rel="next""#],
      body: "[\(pullRequest(1347, "Amazing new feature", "new-topic", labels: ["bug", "preview"]))]"),
    Answer(
      "GET /api/v3/repositories/1296269/pulls?per_page=100&page=2",
      headers: limits + ["link": #"<{base}/api/v3/repositories/1296269/pulls?per_page=100&page=3>; rel="next""#],
      body: "[\(pullRequest(1348, "Second", "topic-2", labels: ["bug"]))]"),
    Answer("GET /api/v3/repositories/1296269/pulls?per_page=100&page=3", headers: limits, body: "[]"),
  ]

  static func pullRequest(_ number: Int, _ title: String, _ branch: String, labels: [String]) -> String {
    let labels = labels.enumerated().map { index, name in
      #"{"id": \#(208_045_946 + index), "node_id": "MDU6TGFiZWw=", "name": "\#(name)", "color": "f29513", "default": true}"#
    }
    return #"""
      {"url": "https://api.github.com/repos/octo-org/Hello-World/pulls/\#(number)", "id": \#(number), "number": \#(number),
       "state": "open", "locked": true, "title": "\#(title)", "user": {"login": "octocat", "id": 1, "type": "User"},
       "body": "Please pull these awesome changes in!", "labels": [\#(labels.joined(separator: ", "))], "milestone": null,
       "created_at": "2011-01-26T19:01:12Z", "merge_commit_sha": "e5bd3914e2e596debea16f433f57875b5b90bcd6",
       "assignee": null, "requested_reviewers": [],
       "head": {"label": "octocat:\#(branch)", "ref": "\#(branch)", "sha": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "repo": null},
       "base": {"label": "octo-org:master", "ref": "master", "sha": "c5b97d5ae6c19d5c5df71a34c7fbeeda2479ccbc", "repo": null},
       "draft": false}
      """#
  }

  /// The primary limit: "the response will be a 403 or 429, the x-ratelimit-remaining header will be 0".
  /// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
  static func limitReached(reset: Int64) -> Answer {
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", status: 403,
      headers: limits + ["x-ratelimit-remaining": "0", "x-ratelimit-reset": "\(reset)"],
      body:
        #"{"message": "API rate limit exceeded for xxx.xxx.xxx.xxx. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)", "documentation_url": "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting"}"#
    )
  }

  /// A secondary limit: "if the retry-after response header is present, you should not retry your request until after that many
  /// seconds has elapsed" (the same page).
  static let secondaryLimit = Answer(
    "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", status: 429, headers: limits + ["retry-after": "77"],
    body:
      #"{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", "documentation_url": "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}"#
  )

  /// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#404-not-found-for-an-existing-resource
  static let noRepository = Answer(
    "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", status: 404, headers: limits,
    body:
      #"{"message": "Not Found", "documentation_url": "https://docs.github.com/rest/pulls/pulls#list-pull-requests", "status": "404"}"#
  )

  /// https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
  static let installationToken = Answer(
    "POST /api/v3/app/installations/678/access_tokens", status: 201, headers: limits,
    body: #"""
      {"token": "ghs_16C7e42F292c6912E7710c838347Ae178B4a", "expires_at": "2016-07-11T22:14:10Z",
       "permissions": {"issues": "write", "contents": "read"}, "repository_selection": "selected", "repositories": []}
      """#)

  /// A wrong token: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#failed-login-limit
  static let badCredentials = Answer(
    "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", status: 401, headers: limits,
    body: #"{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"}"#)

  /// A repository that was renamed: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
  static let moved: [Answer] = [
    Answer(
      "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", status: 301,
      headers: limits + ["location": "{base}/api/v3/repositories/1296269/pulls?per_page=100"],
      body:
        #"{"message": "Moved Permanently", "url": "{base}/api/v3/repositories/1296269/pulls?per_page=100", "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects"}"#
    ),
    Answer(
      "GET /api/v3/repositories/1296269/pulls?per_page=100", headers: limits,
      body: "[\(pullRequest(1347, "Amazing new feature", "new-topic", labels: []))]"),
  ]

  /// The same, to another host.
  static let movedAway = Answer(
    "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", status: 301,
    headers: ["location": "http://elsewhere.example.com/api/v3/repositories/1296269/pulls"], body: "{}")
}
