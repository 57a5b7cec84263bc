DROP TABLE config_maps;
