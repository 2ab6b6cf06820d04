import type { MessageContent } from '@handrail/sdk/protocol';
import { Frame, type FrameSetup, TITLE_ID } from './frame.tsx';
import { recall } from './recall.ts';

interface MessageProps extends FrameSetup {
  prompt: MessageContent;
  /** What the page told of the person. */
  traits: Record<string, unknown>;
  /** The link was followed. */
  onAct: () => void;
}

export function Message({ prompt: { title, text, action }, traits, onAct, ...frame }: MessageProps) {
  const words = (text: string): string =>
    recall(text, (name) => (Object.hasOwn(traits, name) ? traits[name] : undefined));
  return (
    <Frame {...frame} title={words(title)}>
      <p id={TITLE_ID} class="title">
        {words(title)}
      </p>
      {text && <p class="body">{words(text)}</p>}
      {action && (
        <div class="actions">
          <a class="button primary" href={action.href} onClick={onAct}>
            {action.label}
          </a>
        </div>
      )}
    </Frame>
  );
}
