/// ConfigMaps.
enum ConfigMapQueries {
  static let stored = Statement(
    "configMap.stored",
    "SELECT document, generation FROM config_maps WHERE project = $1 AND name = $2 FOR NO KEY UPDATE")
  static let insert = Statement(
    "configMap.insert", "INSERT INTO config_maps (project, name, data, document) VALUES ($1, $2, $3::jsonb, $4)")
  static let update = Statement(
    "configMap.update",
    """
    UPDATE config_maps SET data = $3::jsonb, document = $4, generation = generation + 1, changed_at = now()
    WHERE project = $1 AND name = $2
    """)
  static let remove = Statement(
    "configMap.remove", "DELETE FROM config_maps WHERE project = $1 AND name = $2 RETURNING name")
  private static let columns = "SELECT project, name, data, generation FROM config_maps"
  static let all = Statement(
    "configMap.all", "\(columns) WHERE project = $1 AND ($2::text IS NULL OR name > $2) ORDER BY name LIMIT $3")
  static let one = Statement("configMap.one", "\(columns) WHERE project = $1 AND name = $2")
}
