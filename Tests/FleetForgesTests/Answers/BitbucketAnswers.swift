import FleetTestSupport

/// Answers of Bitbucket Cloud's API (2.0), composed field by field from its reference; pages by
/// https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination
enum BitbucketAnswers {
  static let json = ["content-type": "application/json; charset=utf-8"]

  /// https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/#api-repositories-workspace-get
  static let repositories: [Answer] = [
    Answer(
      "GET /2.0/repositories/test-owner?role=member&pagelen=100", headers: json,
      body:
        #"{"pagelen": 100, "size": 3, "page": 1, "next": "{base}/2.0/repositories/test-owner?pagelen=100&role=member&page=2", "values": [\#(repository("testrepo"))]}"#
    ),
    Answer(
      "GET /2.0/repositories/test-owner?pagelen=100&role=member&page=2", headers: json,
      body:
        #"{"pagelen": 100, "size": 3, "page": 2, "next": "{base}/2.0/repositories/test-owner?pagelen=100&role=member&page=3", "previous": "{base}/2.0/repositories/test-owner?page=1", "values": [\#(repository("empty", branch: nil))]}"#
    ),
    Answer(
      "GET /2.0/repositories/test-owner?pagelen=100&role=member&page=3", headers: json,
      body: #"{"pagelen": 100, "size": 2, "page": 3, "values": []}"#),
  ]

  static func repository(_ slug: String, branch: String? = "main") -> String {
    let main = branch.map { #"{"type": "branch", "name": "\#($0)"}"# } ?? "null"
    return #"""
      {"type": "repository", "uuid": "{12345678-1234-1234-1234-123456789012}", "full_name": "test-owner/\#(slug)", "is_private": true,
       "scm": "git", "name": "\#(slug.uppercased())", "slug": "\#(slug)", "description": "", "size": 1, "mainbranch": \#(main),
       "links": {"self": {"href": "https://api.bitbucket.org/2.0/repositories/test-owner/\#(slug)"},
         "clone": [{"href": "https://test-owner@bitbucket.org/test-owner/\#(slug).git", "name": "https"},
                   {"href": "git@bitbucket.org:test-owner/\#(slug).git", "name": "ssh"}]},
       "owner": {"type": "team", "username": "test-owner"}, "workspace": {"type": "workspace", "slug": "test-owner"}}
      """#
  }

  /// https://developer.atlassian.com/cloud/bitbucket/rest/api-group-refs/
  static let branches: [Answer] = [
    Answer("GET /2.0/repositories/test-owner/testrepo/refs/branches/main", headers: json, body: branch("main")),
    Answer(
      "GET /2.0/repositories/test-owner/testrepo/refs/branches?pagelen=100", headers: json,
      body: #"{"pagelen": 100, "size": 2, "page": 1, "values": [\#(branch("main")), \#(branch("feature/one"))]}"#),
  ]

  static func branch(_ name: String) -> String {
    #"""
    {"type": "branch", "name": "\#(name)", "merge_strategies": ["merge_commit", "squash"], "default_merge_strategy": "merge_commit",
     "target": {"type": "commit", "hash": "dc1edb6c7d650d8ba67719ddf7b662ad8f8fb798", "date": "2022-08-18T10:21:16+00:00", "message": "x\n"}}
    """#
  }

  /// https://developer.atlassian.com/cloud/bitbucket/rest/api-group-source/#api-repositories-workspace-repo-slug-src-commit-path-get
  static let contents: [Answer] = [
    Answer(
      "GET /2.0/repositories/test-owner/testrepo/src/dc1edb6c7d650d8ba67719ddf7b662ad8f8fb798/deploy?format=meta",
      headers: json,
      body: #"{"type": "commit_directory", "path": "deploy", "commit": {"type": "commit", "hash": "dc1edb6c7d65"}}"#),
    Answer(
      "GET /2.0/repositories/test-owner/testrepo/src/dc1edb6c7d650d8ba67719ddf7b662ad8f8fb798/none?format=meta",
      status: 404,
      headers: json, body: #"{"type": "error", "error": {"message": "No such file or directory: none"}}"#),
  ]

  /// https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/#api-repositories-workspace-repo-slug-pullrequests-get
  static let pullRequests: [Answer] = [
    Answer(
      "GET /2.0/repositories/test-owner/testrepo/pullrequests?state=OPEN&pagelen=50", headers: json,
      body:
        #"{"pagelen": 50, "size": 2, "page": 1, "next": "{base}/2.0/repositories/test-owner/testrepo/pullrequests?state=OPEN&pagelen=50&page=2", "values": [\#(pullRequest(101, "feature-101"))]}"#
    ),
    Answer(
      "GET /2.0/repositories/test-owner/testrepo/pullrequests?state=OPEN&pagelen=50&page=2", headers: json,
      body: #"{"pagelen": 50, "size": 2, "page": 2, "values": [\#(pullRequest(102, "feature-102"))]}"#),
  ]

  static func pullRequest(_ number: Int, _ branch: String) -> String {
    #"""
    {"type": "pullrequest", "id": \#(number), "title": "feat(\#(number))", "description": "", "state": "OPEN", "comment_count": 0,
     "draft": false, "author": {"type": "user", "display_name": "Test Author", "uuid": "{1}", "nickname": "testName", "account_id": "5"},
     "source": {"branch": {"name": "\#(branch)"}, "commit": {"type": "commit", "hash": "1a8dd249c04a"}, "repository": null},
     "destination": {"branch": {"name": "master"}, "commit": {"type": "commit", "hash": "6344d9623e3b"}, "repository": null}}
    """#
  }

  /// https://support.atlassian.com/bitbucket-cloud/docs/api-request-limits/
  static let limitReached = Answer(
    "GET /2.0/repositories/test-owner/testrepo/pullrequests?state=OPEN&pagelen=50", status: 429,
    headers: ["content-type": "text/plain"], body: "Rate limit for this resource has been exceeded")
}

/// Answers of Bitbucket Server's (Data Center's) API (1.0), composed field by field from its reference,
/// https://developer.atlassian.com/server/bitbucket/rest/v815/; pages by `isLastPage`, `nextPageStart` of its introduction.
enum BitbucketServerAnswers {
  static let json = ["content-type": "application/json;charset=UTF-8"]

  /// api-group-project: `/projects/{projectKey}/repos`; the next page starts where it says, not at a multiple of the limit.
  static let repositories: [Answer] = [
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos?limit=100", headers: json,
      body:
        #"{"size": 1, "limit": 100, "isLastPage": false, "values": [\#(repository(1, "my-repo"))], "start": 0, "nextPageStart": 7}"#
    ),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos?limit=100&start=7", headers: json,
      body:
        #"{"size": 1, "limit": 100, "isLastPage": false, "values": [\#(repository(2, "empty"))], "start": 7, "nextPageStart": 9}"#
    ),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos?limit=100&start=9", headers: json,
      body: #"{"size": 0, "limit": 100, "isLastPage": true, "values": [], "start": 9}"#),
  ]

  static func repository(_ id: Int, _ slug: String) -> String {
    #"""
    {"slug": "\#(slug)", "id": \#(id), "name": "\#(slug)", "hierarchyId": "e3c939f9ef4a7fae272e", "scmId": "git", "state": "AVAILABLE",
     "statusMessage": "Available", "forkable": true, "archived": false,
     "project": {"key": "PRJ", "id": 1, "name": "My Cool Project", "public": true, "type": "NORMAL"}, "public": true,
     "links": {"clone": [{"href": "ssh://git@bitbucket.example.com:7999/PRJ/\#(slug).git", "name": "ssh"},
                         {"href": "https://bitbucket.example.com/scm/PRJ/\#(slug).git", "name": "http"}],
               "self": [{"href": "https://bitbucket.example.com/projects/PRJ/repos/\#(slug)/browse"}]}}
    """#
  }

  /// `/projects/{projectKey}/repos/{repositorySlug}/branches/default`: 404 without one; and `/branches`.
  static let branches: [Answer] = [
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/branches/default", headers: json,
      body: branch("main", isDefault: true)),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/empty/branches/default", status: 404, headers: json,
      body:
        #"{"errors": [{"context": null, "message": "The repository has no default branch", "exceptionName": "com.atlassian.bitbucket.repository.NoDefaultBranchException"}]}"#
    ),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/branches?limit=100", headers: json,
      body:
        #"{"size": 1, "limit": 100, "isLastPage": false, "values": [\#(branch("main", isDefault: true))], "start": 0, "nextPageStart": 100}"#
    ),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/branches?limit=100&start=100", headers: json,
      body:
        #"{"size": 1, "limit": 100, "isLastPage": true, "values": [\#(branch("feature/two", isDefault: false))], "start": 100}"#
    ),
  ]

  static func branch(_ name: String, isDefault: Bool) -> String {
    #"""
    {"id": "refs/heads/\#(name)", "displayId": "\#(name)", "type": "BRANCH", "latestCommit": "8d51122def5632836d1cb1026e879069e10a1e13",
     "latestChangeset": "8d51122def5632836d1cb1026e879069e10a1e13", "isDefault": \#(isDefault)}
    """#
  }

  /// `/projects/{projectKey}/repos/{repositorySlug}/browse/{path}`
  static let contents: [Answer] = [
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/browse/deploy?at=main&type=true&limit=1", headers: json,
      body: #"{"type": "DIRECTORY"}"#),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/browse/none?at=main&type=true&limit=1", status: 404, headers: json,
      body:
        #"{"errors": [{"context": null, "message": "The path \"none\" does not exist at revision \"refs/heads/main\"", "exceptionName": "com.atlassian.bitbucket.content.NoSuchPathException"}]}"#
    ),
  ]

  /// api-group-pull-requests: `/projects/{projectKey}/repos/{repositorySlug}/pull-requests`
  static let pullRequests: [Answer] = [
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/pull-requests?limit=100", headers: json,
      body:
        #"{"size": 1, "limit": 100, "isLastPage": false, "values": [\#(pullRequest(101, "feature-101"))], "start": 0, "nextPageStart": 200}"#
    ),
    Answer(
      "GET /rest/api/1.0/projects/PRJ/repos/my-repo/pull-requests?limit=100&start=200", headers: json,
      body:
        #"{"size": 1, "limit": 100, "isLastPage": true, "values": [\#(pullRequest(102, "feature-102"))], "start": 200}"#
    ),
  ]

  static func pullRequest(_ number: Int, _ branch: String) -> String {
    #"""
    {"id": \#(number), "version": 0, "title": "feat(ABC) : \#(number)", "state": "OPEN", "open": true, "closed": false,
     "createdDate": 1359075920, "updatedDate": 1359085920, "locked": false,
     "fromRef": {"id": "refs/heads/\#(branch)", "displayId": "\#(branch)", "latestCommit": "cb3cf2e4d1517c83e720d2585b9402dbef71f992", "type": "BRANCH"},
     "toRef": {"id": "refs/heads/master", "displayId": "master", "latestCommit": "5b766e3564a3453808f3cd3dd3f2e5fad8ef0e7a", "type": "BRANCH"},
     "author": {"user": {"name": "testName", "emailAddress": "t@example.com", "active": true, "displayName": "Test", "id": 1, "slug": "testname", "type": "NORMAL"},
       "role": "AUTHOR", "approved": false, "status": "UNAPPROVED"}, "reviewers": [], "participants": []}
    """#
  }

  /// https://confluence.atlassian.com/bitbucketserver/improving-instance-stability-with-rate-limiting-976171954.html#rate-limiting-headers
  static let limitReached = Answer(
    "GET /rest/api/1.0/projects/PRJ/repos/my-repo/pull-requests?limit=100", status: 429,
    headers: json + [
      "x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-fillrate": "5",
      "x-ratelimit-interval-seconds": "1", "retry-after": "9",
    ],
    body:
      #"{"errors": [{"context": null, "message": "You have been rate limited.", "exceptionName": "com.atlassian.bitbucket.internal.ratelimit.RateLimitException"}]}"#
  )
}
