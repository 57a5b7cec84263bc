import FleetTestSupport

/// Answers of AWS CodeCommit (2015-04-13), the tagging API (2017-01-26) and STS, composed field by field from their references;
/// `target` is the header `X-Amz-Target`.
enum CodeCommitAnswers {
  static let json = ["content-type": "application/x-amz-json-1.1"]

  /// https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListRepositories.html
  static let repositories: [Answer] = [
    Answer(
      "POST /", target: "CodeCommit_20150413.ListRepositories", contains: "{}", headers: json,
      body:
        #"{"nextToken": "token-2", "repositories": [{"repositoryId": "f7579e13-b83e-4027-aaef-650c0EXAMPLE", "repositoryName": "MyDemoRepo"}]}"#
    ),
    Answer(
      "POST /", target: "CodeCommit_20150413.ListRepositories", contains: "token-2", headers: json,
      body:
        #"{"nextToken": "token-3", "repositories": [{"repositoryId": "cfc29ac4-b0cb-44dc-9990-f6f51EXAMPLE", "repositoryName": "Uninitialized"}]}"#
    ),
    Answer(
      "POST /", target: "CodeCommit_20150413.ListRepositories", contains: "token-3", headers: json,
      body: #"{"repositories": []}"#),
  ]

  /// https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
  static let tagged = Answer(
    "POST /", target: "ResourceGroupsTaggingAPI_20170126.GetResources",
    contains: #""TagFilters":[{"Key":"team","Values":["a","b"]}]"#, headers: json,
    body:
      #"{"PaginationToken": "", "ResourceTagMappingList": [{"ResourceARN": "arn:aws:codecommit:us-east-1:111111111111:MyDemoRepo", "Tags": [{"Key": "team", "Value": "a"}]}]}"#
  )

  /// https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetRepository.html
  static let metadata: [Answer] = [
    Answer(
      "POST /", target: "CodeCommit_20150413.GetRepository", contains: "MyDemoRepo", headers: json,
      body: #"""
        {"repositoryMetadata": {"accountId": "111111111111", "Arn": "arn:aws:codecommit:us-east-1:111111111111:MyDemoRepo",
          "cloneUrlHttp": "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/MyDemoRepo",
          "cloneUrlSsh": "ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/MyDemoRepo", "creationDate": 1429203623.625,
          "defaultBranch": "main", "lastModifiedDate": 1430783812.0869999, "repositoryDescription": "My demonstration repository",
          "repositoryId": "f7579e13-b83e-4027-aaef-650c0EXAMPLE", "repositoryName": "MyDemoRepo"}}
        """#),
    Answer(
      "POST /", target: "CodeCommit_20150413.GetRepository", contains: "Uninitialized", headers: json,
      body: #"""
        {"repositoryMetadata": {"accountId": "111111111111", "Arn": "arn:aws:codecommit:us-east-1:111111111111:Uninitialized",
          "cloneUrlHttp": "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/Uninitialized",
          "cloneUrlSsh": "ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/Uninitialized", "creationDate": 1429203623.625,
          "repositoryId": "cfc29ac4-b0cb-44dc-9990-f6f51EXAMPLE", "repositoryName": "Uninitialized"}}
        """#),
  ]

  /// https://docs.aws.amazon.com/codecommit/latest/APIReference/API_ListBranches.html
  static let branches: [Answer] = [
    Answer(
      "POST /", target: "CodeCommit_20150413.ListBranches", contains: #"{"repositoryName":"MyDemoRepo"}"#,
      headers: json,
      body: #"{"branches": ["main"], "nextToken": "more"}"#),
    Answer(
      "POST /", target: "CodeCommit_20150413.ListBranches", contains: "more", headers: json,
      body: #"{"branches": ["preprod", "feature/one"]}"#),
  ]

  /// https://docs.aws.amazon.com/codecommit/latest/APIReference/API_GetFolder.html and its errors.
  static let folders: [Answer] = [
    Answer(
      "POST /", target: "CodeCommit_20150413.GetFolder", contains: #""folderPath":"/deploy""#, headers: json,
      body: #"""
        {"commitId": "67cae2b0", "files": [{"absolutePath": "deploy/prod.yaml", "blobId": "1", "fileMode": "NORMAL", "relativePath": "prod.yaml"}],
         "folderPath": "deploy", "subFolders": [{"absolutePath": "deploy/base", "relativePath": "base", "treeId": "2"}], "subModules": [],
         "symbolicLinks": [], "treeId": "3"}
        """#),
    Answer(
      "POST /", target: "CodeCommit_20150413.GetFolder", contains: #""folderPath":"/none""#, status: 400, headers: json,
      body: #"{"__type": "FolderDoesNotExistException", "message": "Could not find path none"}"#),
  ]

  /// https://docs.aws.amazon.com/codecommit/latest/APIReference/CommonErrors.html
  static let throttled = Answer(
    "POST /", target: "CodeCommit_20150413.ListRepositories", contains: "{}", status: 400, headers: json,
    body: #"{"__type": "com.amazonaws.common#ThrottlingException", "message": "Rate exceeded"}"#)

  static let unknownKey = Answer(
    "POST /", target: "CodeCommit_20150413.ListRepositories", contains: "{}", status: 400, headers: json,
    body:
      #"{"__type": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}"#
  )

  /// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
  static let role = Answer(
    "POST /", contains: "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fdemo",
    headers: ["content-type": "text/xml"],
    body: """
      <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
        <AssumeRoleResult>
          <AssumedRoleUser><AssumedRoleId>ARO123EXAMPLE123:TestAR</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/demo/TestAR</Arn></AssumedRoleUser>
          <Credentials>
            <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
            <SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
            <SessionToken>AQoDYXdzEPT//////////wEXAMPLE&amp;Jr</SessionToken>
            <Expiration>2019-11-09T13:34:41Z</Expiration>
          </Credentials>
        </AssumeRoleResult>
      </AssumeRoleResponse>
      """)
}
