// Types of v0alpha2.js. Names of the first API generation stand for today's types.

import type { AxiosInstance, AxiosPromise, RawAxiosRequestConfig } from "axios";
import type {
  Identity, IdentitySchemaContainer, FlowError, LoginFlow, LogoutFlow, RecoveryCodeForIdentity, RecoveryFlow,
  RecoveryLinkForIdentity, RegistrationFlow, Session, SettingsFlow, SuccessfulNativeLogin, SuccessfulNativeRegistration,
  VerificationFlow,
} from "@ory/kratos-client";
import { Configuration } from "@ory/kratos-client";

export { Configuration };

export type SelfServiceLoginFlow = LoginFlow;
export type SelfServiceRegistrationFlow = RegistrationFlow;
export type SelfServiceSettingsFlow = SettingsFlow;
export type SelfServiceRecoveryFlow = RecoveryFlow;
export type SelfServiceVerificationFlow = VerificationFlow;
export type SelfServiceLogoutUrl = LogoutFlow;
export type SelfServiceError = FlowError;
export type SelfServiceRecoveryLink = RecoveryLinkForIdentity;
export type SelfServiceRecoveryCode = RecoveryCodeForIdentity;
export type SuccessfulSelfServiceLoginWithoutBrowser = SuccessfulNativeLogin;
export type SuccessfulSelfServiceRegistrationWithoutBrowser = SuccessfulNativeRegistration;
export type IdentitySchema = IdentitySchemaContainer;
/** In no build of the old package, although documents import it. */
export type SelfServiceRegistrationFlowState = "choose_method" | "sent_email" | "passed_challenge";
export type SelfServiceSettingsFlowState = "show_form" | "success";
export type SelfServiceRecoveryFlowState = "choose_method" | "sent_email" | "passed_challenge";
export type SelfServiceVerificationFlowState = "choose_method" | "sent_email" | "passed_challenge";

type Options = RawAxiosRequestConfig;
type Text = string | undefined;
type Body = Record<string, unknown>;

export declare class V0alpha2Api {
  constructor(configuration?: Configuration, basePath?: string, axios?: AxiosInstance);
  toSession(xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<Session>;
  listSessions(xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<Session[]>;
  revokeSessions(xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<{ count?: number }>;
  revokeSession(id: string, xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<void>;
  getSelfServiceError(id: string, options?: Options): AxiosPromise<SelfServiceError>;
  createSelfServiceLogoutFlowUrlForBrowsers(cookie?: Text, returnTo?: Text, options?: Options): AxiosPromise<SelfServiceLogoutUrl>;
  submitSelfServiceLogoutFlow(token?: Text, returnTo?: Text, options?: Options): AxiosPromise<void>;
  submitSelfServiceLogoutFlowWithoutBrowser(body: { session_token: string }, options?: Options): AxiosPromise<void>;
  initializeSelfServiceLoginFlowForBrowsers(refresh?: boolean, aal?: Text, returnTo?: Text, cookie?: Text, options?: Options): AxiosPromise<SelfServiceLoginFlow>;
  initializeSelfServiceLoginFlowWithoutBrowser(refresh?: boolean, aal?: Text, xSessionToken?: Text, options?: Options): AxiosPromise<SelfServiceLoginFlow>;
  getSelfServiceLoginFlow(id: string, cookie?: Text, options?: Options): AxiosPromise<SelfServiceLoginFlow>;
  submitSelfServiceLoginFlow(flow: string, body: Body, xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<SuccessfulSelfServiceLoginWithoutBrowser>;
  initializeSelfServiceRegistrationFlowForBrowsers(returnTo?: Text, options?: Options): AxiosPromise<SelfServiceRegistrationFlow>;
  initializeSelfServiceRegistrationFlowWithoutBrowser(options?: Options): AxiosPromise<SelfServiceRegistrationFlow>;
  getSelfServiceRegistrationFlow(id: string, cookie?: Text, options?: Options): AxiosPromise<SelfServiceRegistrationFlow>;
  submitSelfServiceRegistrationFlow(flow: string, body: Body, cookie?: Text, options?: Options): AxiosPromise<SuccessfulSelfServiceRegistrationWithoutBrowser>;
  initializeSelfServiceSettingsFlowForBrowsers(returnTo?: Text, cookie?: Text, options?: Options): AxiosPromise<SelfServiceSettingsFlow>;
  initializeSelfServiceSettingsFlowWithoutBrowser(xSessionToken?: Text, options?: Options): AxiosPromise<SelfServiceSettingsFlow>;
  getSelfServiceSettingsFlow(id: string, xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<SelfServiceSettingsFlow>;
  submitSelfServiceSettingsFlow(flow: string, body: Body, xSessionToken?: Text, cookie?: Text, options?: Options): AxiosPromise<SelfServiceSettingsFlow>;
  initializeSelfServiceRecoveryFlowForBrowsers(returnTo?: Text, options?: Options): AxiosPromise<SelfServiceRecoveryFlow>;
  initializeSelfServiceRecoveryFlowWithoutBrowser(options?: Options): AxiosPromise<SelfServiceRecoveryFlow>;
  getSelfServiceRecoveryFlow(id: string, cookie?: Text, options?: Options): AxiosPromise<SelfServiceRecoveryFlow>;
  submitSelfServiceRecoveryFlow(flow: string, body: Body, token?: Text, cookie?: Text, options?: Options): AxiosPromise<SelfServiceRecoveryFlow>;
  initializeSelfServiceVerificationFlowForBrowsers(returnTo?: Text, options?: Options): AxiosPromise<SelfServiceVerificationFlow>;
  initializeSelfServiceVerificationFlowWithoutBrowser(options?: Options): AxiosPromise<SelfServiceVerificationFlow>;
  getSelfServiceVerificationFlow(id: string, cookie?: Text, options?: Options): AxiosPromise<SelfServiceVerificationFlow>;
  submitSelfServiceVerificationFlow(flow: string, body: Body, token?: Text, cookie?: Text, options?: Options): AxiosPromise<SelfServiceVerificationFlow>;
  getIdentitySchema(id: string, options?: Options): AxiosPromise<object>;
  getJsonSchema(id: string, options?: Options): AxiosPromise<object>;
  listIdentitySchemas(perPage?: number, page?: number, options?: Options): AxiosPromise<IdentitySchema[]>;
  adminCreateIdentity(body: Body, options?: Options): AxiosPromise<Identity>;
  adminGetIdentity(id: string, includeCredential?: string[], options?: Options): AxiosPromise<Identity>;
  adminListIdentities(perPage?: number, page?: number, options?: Options): AxiosPromise<Identity[]>;
  adminUpdateIdentity(id: string, body: Body, options?: Options): AxiosPromise<Identity>;
  adminDeleteIdentity(id: string, options?: Options): AxiosPromise<void>;
  adminListIdentitySessions(id: string, perPage?: number, page?: number, active?: boolean, options?: Options): AxiosPromise<Session[]>;
  adminDeleteIdentitySessions(id: string, options?: Options): AxiosPromise<void>;
  adminExtendSession(id: string, options?: Options): AxiosPromise<Session>;
  adminCreateSelfServiceRecoveryLink(body: Body, options?: Options): AxiosPromise<SelfServiceRecoveryLink>;
  adminCreateSelfServiceRecoveryCode(body: Body, options?: Options): AxiosPromise<SelfServiceRecoveryCode>;
}
