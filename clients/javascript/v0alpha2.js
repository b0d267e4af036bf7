"use strict";
// The names of the first API generation (V0alpha2Api) over today's client: for pages that were written against @ory/client
// before 1.0, or @ory/kratos-client before 0.11. `npm install @ory/kratos-client`, then require this file instead of the old package.

const { Configuration, FrontendApi, IdentityApi } = require("@ory/kratos-client");

/** Old name → today's name and the names of its parameters, in the order in which they used to stand. */
const FRONTEND = {
  toSession: ["toSession", "xSessionToken", "cookie"],
  listSessions: ["listMySessions", "xSessionToken", "cookie"],
  revokeSessions: ["disableMyOtherSessions", "xSessionToken", "cookie"],
  revokeSession: ["disableMySession", "id", "xSessionToken", "cookie"],
  getSelfServiceError: ["getFlowError", "id"],
  createSelfServiceLogoutFlowUrlForBrowsers: ["createBrowserLogoutFlow", "cookie", "returnTo"],
  submitSelfServiceLogoutFlow: ["updateLogoutFlow", "token", "returnTo"],
  submitSelfServiceLogoutFlowWithoutBrowser: ["performNativeLogout", "performNativeLogoutBody"],
  initializeSelfServiceLoginFlowForBrowsers: ["createBrowserLoginFlow", "refresh", "aal", "returnTo", "cookie"],
  initializeSelfServiceLoginFlowWithoutBrowser: ["createNativeLoginFlow", "refresh", "aal", "xSessionToken"],
  getSelfServiceLoginFlow: ["getLoginFlow", "id", "cookie"],
  submitSelfServiceLoginFlow: ["updateLoginFlow", "flow", "updateLoginFlowBody", "xSessionToken", "cookie"],
  initializeSelfServiceRegistrationFlowForBrowsers: ["createBrowserRegistrationFlow", "returnTo"],
  initializeSelfServiceRegistrationFlowWithoutBrowser: ["createNativeRegistrationFlow"],
  getSelfServiceRegistrationFlow: ["getRegistrationFlow", "id", "cookie"],
  submitSelfServiceRegistrationFlow: ["updateRegistrationFlow", "flow", "updateRegistrationFlowBody", "cookie"],
  initializeSelfServiceSettingsFlowForBrowsers: ["createBrowserSettingsFlow", "returnTo", "cookie"],
  initializeSelfServiceSettingsFlowWithoutBrowser: ["createNativeSettingsFlow", "xSessionToken"],
  getSelfServiceSettingsFlow: ["getSettingsFlow", "id", "xSessionToken", "cookie"],
  submitSelfServiceSettingsFlow: ["updateSettingsFlow", "flow", "updateSettingsFlowBody", "xSessionToken", "cookie"],
  initializeSelfServiceRecoveryFlowForBrowsers: ["createBrowserRecoveryFlow", "returnTo"],
  initializeSelfServiceRecoveryFlowWithoutBrowser: ["createNativeRecoveryFlow"],
  getSelfServiceRecoveryFlow: ["getRecoveryFlow", "id", "cookie"],
  submitSelfServiceRecoveryFlow: ["updateRecoveryFlow", "flow", "updateRecoveryFlowBody", "token", "cookie"],
  initializeSelfServiceVerificationFlowForBrowsers: ["createBrowserVerificationFlow", "returnTo"],
  initializeSelfServiceVerificationFlowWithoutBrowser: ["createNativeVerificationFlow"],
  getSelfServiceVerificationFlow: ["getVerificationFlow", "id", "cookie"],
  submitSelfServiceVerificationFlow: ["updateVerificationFlow", "flow", "updateVerificationFlowBody", "token", "cookie"],
};

const IDENTITY = {
  getIdentitySchema: ["getIdentitySchema", "id"],
  getJsonSchema: ["getIdentitySchema", "id"],
  listIdentitySchemas: ["listIdentitySchemas", "perPage", "page"],
  adminCreateIdentity: ["createIdentity", "createIdentityBody"],
  adminGetIdentity: ["getIdentity", "id", "includeCredential"],
  adminListIdentities: ["listIdentities", "perPage", "page"],
  adminUpdateIdentity: ["updateIdentity", "id", "updateIdentityBody"],
  adminDeleteIdentity: ["deleteIdentity", "id"],
  adminListIdentitySessions: ["listIdentitySessions", "id", "perPage", "page", "active"],
  adminDeleteIdentitySessions: ["deleteIdentitySessions", "id"],
  adminExtendSession: ["extendSession", "id"],
  adminCreateSelfServiceRecoveryLink: ["createRecoveryLinkForIdentity", "createRecoveryLinkForIdentityBody"],
  adminCreateSelfServiceRecoveryCode: ["createRecoveryCodeForIdentity", "createRecoveryCodeForIdentityBody"],
};

/** What stands behind the parameters, if anything, are axios options, as ever. */
function called(api, [name, ...parameters], given) {
  const request = {};
  parameters.forEach((parameter, at) => {
    if (given[at] !== undefined) request[parameter] = given[at];
  });
  const options = given[parameters.length];
  return parameters.length ? api[name](request, options) : api[name](options);
}

class V0alpha2Api {
  constructor(configuration, basePath, axios) {
    const parts = { frontend: new FrontendApi(configuration, basePath, axios), identity: new IdentityApi(configuration, basePath, axios) };
    for (const [table, api] of [[FRONTEND, parts.frontend], [IDENTITY, parts.identity]]) {
      for (const [old, row] of Object.entries(table)) this[old] = (...given) => called(api, row, given);
    }
  }
}

module.exports = { Configuration, V0alpha2Api };
