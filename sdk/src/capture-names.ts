/** What is captured by itself, each of which can be switched off. */
export type CaptureName =
  | 'page-views'
  | 'engagement'
  | 'clicks'
  | 'rage-clicks'
  | 'dead-clicks'
  | 'forms'
  | 'commerce'
  | 'vitals'
  | 'failures';
