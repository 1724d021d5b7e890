/** How the metadata service says no: the form of OAuth, as a rule 400. */
import type { Answer } from "../wire.ts";

export const refuse = (error: string, error_description: string, status = 400): Answer => ({
  status,
  body: { error, error_description },
});
