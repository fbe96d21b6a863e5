// The browsable description of the API: swagger-ui started from a file, since pages allow no inline script.
const container = document.getElementById('api-docs');

window.SwaggerUIBundle({
  url: container.dataset.spec,
  domNode: container,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  persistAuthorization: false,
});
