/** How the metadata service says no: the form of OAuth, always 400. */
import type { Answer } from "../wire.ts";

export const refuse = (error: string, error_description: string): Answer => ({
  status: 400,
  body: { error, error_description },
});
