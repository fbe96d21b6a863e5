(()=>{var e=document.getElementById("api-docs");window.SwaggerUIBundle({url:e.dataset.spec,domNode:e,deepLinking:!0,defaultModelsExpandDepth:0,validatorUrl:null,persistAuthorization:!1});})();
