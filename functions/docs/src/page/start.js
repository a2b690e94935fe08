// Shows the contract. A pasted token is kept in this page's memory only.
SwaggerUIBundle({
  url: "openapi.yaml",
  dom_id: "#viewer",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  tryItOutEnabled: true,
  // Neither a validator elsewhere nor parameters of the address have a say.
  validatorUrl: null,
  queryConfigEnabled: false,
});
