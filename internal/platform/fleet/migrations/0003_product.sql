-- Which products a site has switched on. A product that was never switched on has no row; one that was switched off keeps its volume.

CREATE TABLE site_product (
  site_id TEXT NOT NULL REFERENCES site (id),
  product TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  changed_us BIGINT NOT NULL,
  PRIMARY KEY (site_id, product)
);
