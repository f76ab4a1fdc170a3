// Shows the OpenAPI document that the page names. Nothing is sent to a validator elsewhere.
const place = document.getElementById('api-docs');
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
