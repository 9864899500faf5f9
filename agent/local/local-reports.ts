// What happens to the local doors, for the event log.
export interface LocalReports {
  opened(where: string): void;
  failed(where: string, problem: string): void;
  requestFailed(what: string, problem: string): void;
}
