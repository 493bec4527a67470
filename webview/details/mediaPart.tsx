import { useMemo, useState } from 'preact/hooks';
import { LinkButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import { drawableImage } from './imageSize.ts';
import type { Part } from './messages.ts';

type Media = Extract<Part, { type: 'media' }>;

/** A picture, sound or file of a message, as words. A picture that came with the message is drawn when asked for; nothing is ever fetched. */
export function MediaPart({ part }: { readonly part: Media }) {
  const [isShown, setShown] = useState(false);
  const data = embeddedData(part);
  const image = useMemo(() => (isShown && data !== undefined ? drawableImage(data) : undefined), [isShown, data]);
  const size = data === undefined ? '' : numbers.size(Math.floor(data.length * 0.75));
  return (
    <div class="part media">
      <div class="tool-call">
        <Icon name="file-media" />
        <span class="value name">{visibleName(part.mediaType === '' ? 'Media' : part.mediaType)}</span>
        <span class="desc cut grow mono">{data === undefined ? visibleName((part.uri ?? '').slice(0, 300)) : size}</span>
        {data !== undefined && part.mediaType.startsWith('image/') && <LinkButton onClick={() => setShown(!isShown)}>{isShown ? 'Hide image' : 'Show image'}</LinkButton>}
      </div>
      {image !== undefined && ('address' in image ? <img src={image.address} alt="Image of the message" /> : <div class="desc">{`Not shown: ${image.reason}.`}</div>)}
    </div>
  );
}

/** Base64 data that stands in the message itself, on its own or in a `data:` address. */
function embeddedData({ data, uri }: Media): string | undefined {
  if (data !== undefined) return data;
  const comma = uri?.startsWith('data:') === true ? uri.indexOf(';base64,') : -1;
  return comma < 0 ? undefined : uri?.slice(comma + ';base64,'.length);
}
